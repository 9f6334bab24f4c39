import { ltr } from "./i18n.ts";
import { language } from "./language.ts";
import { inZone, today, zone } from "./zone.ts";

const LOCALE = { he: "he-IL", en: "en-IL" } as const;

/** The BCP 47 locale of what is shown. */
export const locale = (): string => LOCALE[language.value];

const cached = new Map<string, Intl.DateTimeFormat>();
function formatter(
  options: Intl.DateTimeFormatOptions,
  key = JSON.stringify([locale(), options]),
): Intl.DateTimeFormat {
  let found = cached.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale(), options);
    cached.set(key, found);
  }
  return found;
}

const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const date = (day: Temporal.PlainDate): Date => new Date(Date.UTC(day.year, day.month - 1, day.day, 12));
const ofDay = (day: Temporal.PlainDate, options: Intl.DateTimeFormatOptions): string =>
  formatter({ ...options, timeZone: "UTC" }).format(date(day));

/** An instant as text, in milliseconds since 1970, or as Temporal has it. */
type Moment = string | number | Temporal.Instant;
const millisecondsOf = (instant: Moment): number => {
  if (typeof instant === "number") return instant;
  return typeof instant === "string" ? Date.parse(instant) : instant.epochMilliseconds;
};

/** 10:50, in the practice's zone or another. A calendar asks for it hundreds of times in a row. */
export const time = (instant: Moment, timeZone = zone.value): string =>
  formatter({ ...TIME, timeZone }, `${locale()} ${timeZone}`).format(millisecondsOf(instant));

/** 10:00–10:50, in that order also in a right-to-left sentence. */
export const timeRange = (start: Moment, end: Moment): string => ltr(`${time(start)}–${time(end)}`);

/** Sunday, 29 November (with the year if it is not this one). */
export const longDay = (day: Temporal.PlainDate): string =>
  ofDay(day, { weekday: "long", day: "numeric", month: "long", ...yearOf(day) });

/** 29 Nov (with the year if it is not this one). */
export const shortDay = (day: Temporal.PlainDate): string =>
  ofDay(day, { day: "numeric", month: "short", ...yearOf(day) });

export const weekday = (day: Temporal.PlainDate, width: "long" | "short" | "narrow" = "short"): string =>
  ofDay(day, { weekday: width });

export const month = (day: Temporal.PlainDate): string => ofDay(day, { month: "long", year: "numeric" });

/** 22–28 November 2026. */
export const dayRange = (first: Temporal.PlainDate, last: Temporal.PlainDate): string =>
  formatter({ day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).formatRange(
    date(first),
    date(last),
  );

const yearOf = (day: Temporal.PlainDate): Intl.DateTimeFormatOptions =>
  day.year === today().year ? {} : { year: "numeric" };

/** The day of an instant, short, in the practice's zone. */
export const dayOf = (instant: string): string => shortDay(inZone(instant).toPlainDate());

export const number = (value: number): string => new Intl.NumberFormat(locale()).format(value);
