import { signal } from "@preact/signals";
import { offsetOf } from "./offset.ts";

let offset = 0; // milliseconds that the server's clock is ahead of this device's

/** How far the device's clock is off, in milliseconds; shown when it is more than two minutes. */
export const clockError = signal(0);

/** Learn from an answer's Date header, which is exact to the second. */
export function learnFrom(date: string | null, asked: number, answered: number): void {
  const seen = offsetOf(date, asked, answered);
  if (seen === null) return;
  offset = seen;
  if (Math.abs(clockError.peek() - offset) >= 1000) clockError.value = offset;
}

/** The moment it is, by the server's clock. */
export const now = (): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(Math.round(Date.now() + offset));

const minute = signal(0);
setInterval(() => {
  minute.value += 1;
}, 60_000);

/** As `now`, and whoever shows it is drawn anew each minute. */
export function thisMinute(): Temporal.Instant {
  minute.value;
  return now();
}
