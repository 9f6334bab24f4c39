/** `from` and `to` of a list. */
export interface Window {
  from: string;
  to: string;
}

/** The first instant of a day in a zone: not always 00:00. */
export const startIn = (timeZone: string, day: Temporal.PlainDate): Temporal.Instant =>
  day.toZonedDateTime({ timeZone }).startOfDay().toInstant();

/** The instants that enclose so many days in a zone, 23 to 25 hours each. */
export const windowIn = (timeZone: string, first: Temporal.PlainDate, days: number): Window => ({
  from: startIn(timeZone, first).toString(),
  to: startIn(timeZone, first.add({ days })).toString(),
});
