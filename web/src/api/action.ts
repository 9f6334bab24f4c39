import { useState } from "preact/hooks";
import { asProblem, type Problem } from "./problems.ts";

export interface Action<A extends unknown[], T> {
  /** Resolves with undefined when it failed, or was asked for while it still ran. */
  run: (...given: A) => Promise<T | undefined>;
  isRunning: boolean;
  problem: Problem | null;
  reset: () => void;
}

/** Something a person does that the server may refuse; a second click while it runs does nothing. */
export function useAction<A extends unknown[], T>(work: (...given: A) => Promise<T>): Action<A, T> {
  const [state, setState] = useState<{ isRunning: boolean; problem: Problem | null }>(idle);
  const run = async (...given: A): Promise<T | undefined> => {
    if (state.isRunning) return undefined;
    setState({ isRunning: true, problem: null });
    try {
      const result = await work(...given);
      setState(idle);
      return result;
    } catch (error) {
      setState({ isRunning: false, problem: asProblem(error) });
      return undefined;
    }
  };
  return { ...state, run, reset: () => setState(idle) };
}

const idle = (): { isRunning: boolean; problem: null } => ({ isRunning: false, problem: null });
