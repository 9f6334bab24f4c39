import { useEffect, useRef, useState } from "preact/hooks";
import { sealedGet, sealedPut } from "../vault/life.ts";
import { type Draft, draftOf, isTouched, noDraft } from "./rules.ts";

const PAUSE = 300; // milliseconds after a key
const nameOf = (sessionId: string): string => `amendment-${sessionId}`;

/** Whether an amendment was begun and not sent. */
export async function isBegun(sessionId: string): Promise<boolean> {
  const found = draftOf(await sealedGet(nameOf(sessionId)).catch(() => null));
  return found !== null && isTouched(found);
}

/** What is typed of an amendment, sealed like a note while it is not sent. */
export function useKept(sessionId: string) {
  const [draft, setDraft] = useState(noDraft);
  const last = useRef<Draft | null>(null); // typed and not kept yet
  const timer = useRef(0);
  const keep = async (): Promise<void> => {
    clearTimeout(timer.current);
    const now = last.current;
    last.current = null;
    if (now) await sealedPut(nameOf(sessionId), now).catch(() => undefined);
  };
  useEffect(() => {
    void sealedGet(nameOf(sessionId))
      .catch(() => null)
      .then((kept) => {
        const found = draftOf(kept);
        if (found && !last.current) setDraft(found);
      });
    return () => void keep();
  }, [sessionId]);
  const write = (next: Draft): void => {
    setDraft(next);
    last.current = next;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void keep(), PAUSE);
  };
  const forget = async (): Promise<void> => {
    clearTimeout(timer.current);
    last.current = null;
    await sealedPut(nameOf(sessionId), null).catch(() => undefined);
  };
  return { draft, write, forget };
}
