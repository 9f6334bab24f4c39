import {
  QueryClient,
  QueryObserver,
  type QueryObserverOptions,
  type QueryObserverResult,
} from "@tanstack/query-core";
import { useEffect, useMemo, useState } from "preact/hooks";
import { asProblem, type Problem } from "./problems.ts";

const MINUTE = 60_000;
const AGAIN = new Set([0, 429, 503]);

/** What was read lately, in memory only. Every read is an audit event: nothing is polled or fetched ahead. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: MINUTE,
      gcTime: 5 * MINUTE,
      retry: (failures, error) => failures < 2 && AGAIN.has(asProblem(error).status),
      retryDelay: (failures, error) =>
        (asProblem(error).retryAfter ?? 2 ** failures) * 1000 + Math.random() * 500,
      refetchOnWindowFocus: true,
      refetchOnReconnect: true,
    },
  },
});
queries.mount();

/** Forget everything that was read: after signing out or locking. */
export function forgetAll(): void {
  queries.clear();
}

/** Read `fetch`'s value again after a change of what begins with `key`. */
export const refresh = (...key: unknown[]): Promise<void> => queries.invalidateQueries({ queryKey: key });

export interface Read<T> {
  data: T | undefined;
  /** What went wrong last; old data stays beside it. */
  problem: Problem | null;
  isLoading: boolean;
  isRefreshing: boolean;
  /** Milliseconds since 1970 of the data shown. */
  readAt: number;
  again: () => void;
}

export type Reading<T> = Pick<
  QueryObserverOptions<T>,
  "queryKey" | "queryFn" | "enabled" | "staleTime" | "placeholderData"
>;

/** A value from the server, shared by everybody who asks for the same key. */
export function useRead<T>(reading: Reading<T>): Read<T> {
  const options = queries.defaultQueryOptions(reading as QueryObserverOptions) as never;
  const [observer] = useState(() => new QueryObserver<T>(queries, options));
  const [, draw] = useState(0);
  useEffect(() => observer.subscribe(() => draw((count) => count + 1)), [observer]);
  const key = JSON.stringify([reading.queryKey, reading.enabled]);
  useEffect(() => observer.setOptions(options), [observer, key]);
  const result = observer.getOptimisticResult(options);
  return useMemo(() => readOf(result), [result.data, result.status, result.fetchStatus, result.error]);
}

function readOf<T>(result: QueryObserverResult<T>): Read<T> {
  return {
    data: result.data,
    problem: result.error ? asProblem(result.error) : null,
    isLoading: result.isLoading,
    isRefreshing: result.isFetching && !result.isLoading,
    readAt: result.dataUpdatedAt,
    again: () => void result.refetch(),
  };
}
