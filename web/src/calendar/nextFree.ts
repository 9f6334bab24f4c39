import { now } from "../core/clock.ts";
import { instantOf } from "../core/dates.ts";
import type { Times } from "./rules.ts";

const HALF_HOUR = 30 * 60_000;
const morning = () => Temporal.PlainTime.from("09:00");

/** The first half hour from nine o'clock, or from now, that nothing lies in. */
export function nextFree(days: readonly Temporal.PlainDate[], items: readonly Times[]): number {
  const earliest = Math.max(
    instantOf(days[0] as Temporal.PlainDate, morning()),
    Math.ceil(now().epochMilliseconds / HALF_HOUR) * HALF_HOUR,
  );
  let start = earliest;
  const isTaken = (): boolean => items.some((item) => item.start < start + HALF_HOUR && item.end > start);
  while (isTaken()) start += HALF_HOUR;
  return start;
}
