import { wordsOf } from "../api/problems.ts";
import type { Read } from "../api/queries.ts";
import { time } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Button } from "../ui/Button.tsx";
import { Failure, Notice } from "../ui/States.tsx";

type AnyRead = Pick<Read<unknown>, "data" | "problem" | "readAt" | "again">;

/** What could not be read, while what was read before stays: since when, and how to try again. */
export function Trouble({ reads }: { reads: readonly AnyRead[] }) {
  const failed = reads.filter((read) => read.problem);
  const problem = failed[0]?.problem;
  if (!problem || !isOnline.value) return null;
  const again = (): void => failed.forEach((read) => void read.again());
  return <Failure words={`${wordsOf(problem)} ${asOf(reads)}`} again={again} />;
}

/** Without a network: what is shown, and when it was read. */
export function Offline({ reads }: { reads: readonly AnyRead[] }) {
  if (isOnline.value) return null;
  const again = (): void => reads.forEach((read) => void read.again());
  return (
    <Notice tone="warn" action={<Button onClick={again}>{t("ui.try-again")}</Button>}>
      {`${t("ui.offline")} ${asOf(reads)}`}
    </Notice>
  );
}

function asOf(reads: readonly AnyRead[]): string {
  const times = reads.filter((read) => read.data !== undefined).map((read) => read.readAt);
  if (times.length === 0) return "";
  const oldest = Temporal.Instant.fromEpochMilliseconds(Math.min(...times));
  return t("ui.as-of", { time: time(oldest) });
}
