import { locale } from "./format.ts";

interface WeekInfo {
  /** 1 is Monday, 7 is Sunday. */
  firstDay: number;
  weekend: readonly number[];
}
const ISRAEL: WeekInfo = { firstDay: 7, weekend: [5, 6] };

const known = new Map<string, WeekInfo>();

/** How a week runs where the language shown is spoken; browsers that do not know say as in Israel. */
export function weekInfo(tag = locale()): WeekInfo {
  let found = known.get(tag);
  if (!found) {
    const asked = new Intl.Locale(tag) as Intl.Locale & { getWeekInfo?: () => WeekInfo; weekInfo?: WeekInfo };
    found = asked.getWeekInfo?.() ?? asked.weekInfo ?? ISRAEL;
    known.set(tag, found);
  }
  return found;
}

export function startOfWeek(day: Temporal.PlainDate, firstDay = weekInfo().firstDay): Temporal.PlainDate {
  return day.subtract({ days: (day.dayOfWeek - firstDay + 7) % 7 });
}

export const isWeekend = (day: Temporal.PlainDate): boolean => weekInfo().weekend.includes(day.dayOfWeek);

/** The weeks that hold a month, whole. */
export function monthWeeks(day: Temporal.PlainDate, firstDay = weekInfo().firstDay): Temporal.PlainDate[] {
  const first = startOfWeek(day.with({ day: 1 }), firstDay);
  const last = startOfWeek(day.with({ day: day.daysInMonth }), firstDay).add({ days: 6 });
  return daysFrom(first, first.until(last).days + 1);
}

export const daysFrom = (first: Temporal.PlainDate, count: number): Temporal.PlainDate[] =>
  Array.from({ length: count }, (_, days) => first.add({ days }));
