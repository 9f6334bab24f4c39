import { signal } from "@preact/signals";
import { now } from "./clock.ts";
import { startIn, type Window, windowIn } from "./window.ts";

export const deviceZone = (): string => Temporal.Now.timeZoneId();

/** The practice's time zone: every day and hour on the screen is in it. */
export const zone = signal<string>(deviceZone());

export const inZone = (instant: string | Temporal.Instant): Temporal.ZonedDateTime =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(zone.value);

export const today = (): Temporal.PlainDate => now().toZonedDateTimeISO(zone.value).toPlainDate();

/** The first instant of a day in the practice's zone: not always 00:00. */
export const startOf = (day: Temporal.PlainDate): Temporal.Instant => startIn(zone.value, day);

/** The instants that enclose a day, 23 to 25 hours apart: `from` and `to` of a list. */
export const windowOf = (first: Temporal.PlainDate, days = 1): Window => windowIn(zone.value, first, days);
