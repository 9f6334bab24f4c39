// Days and hours as they are typed: 28/11/2026 and 09:30, in both languages.
import { today, zone } from "./zone.ts";

const two = (value: number): string => String(value).padStart(2, "0");

export const typedDay = (day: Temporal.PlainDate): string => `${two(day.day)}/${two(day.month)}/${day.year}`;
export const typedTime = (time: Temporal.PlainTime): string => `${two(time.hour)}:${two(time.minute)}`;

/** 28/11/2026, 28.11.26, or 28/11 of this year; null if it is no day. */
export function parseDay(text: string, year = today().year): Temporal.PlainDate | null {
  const found = /^(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{2}|\d{4}))?$/.exec(text.trim());
  if (!found) return null;
  const given = found[3] ? Number(found[3]) : year;
  const fields = { day: Number(found[1]), month: Number(found[2]), year: given < 100 ? 2000 + given : given };
  try {
    return Temporal.PlainDate.from(fields, { overflow: "reject" });
  } catch {
    return null;
  }
}

/** 9, 930, 9:30 or 09.30; null if it is no time of day. */
export function parseTime(text: string): Temporal.PlainTime | null {
  const found = /^(\d{1,2})(?:[:.]?(\d{2}))?$/.exec(text.trim());
  const [hour, minute] = [Number(found?.[1]), Number(found?.[2] ?? 0)];
  return found && hour < 24 && minute < 60 ? Temporal.PlainTime.from({ hour, minute }) : null;
}

/** That time of that day in the practice's zone, in milliseconds since 1970. */
export const instantOf = (day: Temporal.PlainDate, plainTime: Temporal.PlainTime): number =>
  day.toZonedDateTime({ timeZone: zone.value, plainTime }).epochMilliseconds;
