// What the address says is shown: /app/calendar?view=week&day=2026-11-28&open=<id>&who=<id>.
import { daysFrom, monthWeeks, startOfWeek } from "../core/week.ts";

export const VIEWS = ["day", "days", "week", "month"] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  view: View;
  day: Temporal.PlainDate;
  /** The appointment whose sheet is open. */
  open: string | null;
  /** Whose calendar: a therapist's id, "all", or as the role has it. */
  who: string | null;
}

export interface Defaults {
  view: View;
  today: Temporal.PlainDate;
}

const isView = (text: string | undefined): text is View => VIEWS.some((view) => view === text);

export function placeOf(query: Record<string, string>, { view, today }: Defaults): Place {
  return {
    view: isView(query.view) ? query.view : view,
    day: dayOf(query.day) ?? today,
    open: query.open || null,
    who: query.who || null,
  };
}

function dayOf(text: string | undefined): Temporal.PlainDate | null {
  try {
    return text ? Temporal.PlainDate.from(text) : null;
  } catch {
    return null;
  }
}

export function hrefOf({ view, day, open, who }: Place): string {
  const query = new URLSearchParams({ view, day: day.toString() });
  if (who) query.set("who", who);
  if (open) query.set("open", open);
  return `/app/calendar?${query}`;
}

const STEPS: Record<View, Temporal.DurationLike> = {
  day: { days: 1 },
  days: { days: 3 },
  week: { weeks: 1 },
  month: { months: 1 },
};

export function stepped(place: Place, by: 1 | -1): Place {
  const step = Temporal.Duration.from(STEPS[place.view]);
  return { ...place, open: null, day: place.day.add(by > 0 ? step : step.negated()) };
}

export function daysOf({ view, day }: Pick<Place, "view" | "day">): Temporal.PlainDate[] {
  if (view === "day") return [day];
  if (view === "days") return daysFrom(day, 3);
  return view === "week" ? daysFrom(startOfWeek(day), 7) : monthWeeks(day);
}

/** The whole weeks that are read for these days, so that going from day to day reads nothing anew. */
export function weeksAround(days: readonly Temporal.PlainDate[]): {
  first: Temporal.PlainDate;
  days: number;
} {
  const [first, last] = [days[0], days.at(-1)] as [Temporal.PlainDate, Temporal.PlainDate];
  const start = startOfWeek(first);
  return { first: start, days: start.until(startOfWeek(last)).days + 7 };
}
