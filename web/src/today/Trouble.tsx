import { wordsOf } from "../api/problems.ts";
import type { Read } from "../api/queries.ts";
import { time } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Failure } from "../ui/States.tsx";
import styles from "./Trouble.module.css";

type AnyRead = Pick<Read<unknown>, "data" | "problem" | "readAt" | "again">;

/** What could not be read, while what was read before stays: since when, and how to try again. */
export function Trouble({ reads }: { reads: readonly AnyRead[] }) {
  const failed = reads.filter((read) => read.problem);
  const problem = failed[0]?.problem;
  if (!problem || !isOnline.value) return null;
  return <Failure words={`${wordsOf(problem)} ${asOf(reads)}`} again={() => again(failed)} />;
}

/** Without a network: when what is shown was read. That there is none, and how to try again, the frame says. */
export function Offline({ reads }: { reads: readonly AnyRead[] }) {
  const words = asOf(reads);
  return isOnline.value || words === "" ? null : <p class={styles.offline}>{words}</p>;
}

function again(reads: readonly AnyRead[]): void {
  for (const read of reads) read.again();
}

function asOf(reads: readonly AnyRead[]): string {
  const times = reads.filter((read) => read.data !== undefined).map((read) => read.readAt);
  if (times.length === 0) return "";
  return t("ui.as-of", { time: time(Temporal.Instant.fromEpochMilliseconds(Math.min(...times))) });
}
