import type { Schemas } from "../api/client.ts";

export type Event = Schemas["TimelineEvent"];
export type EventType = Event["event_type"];
export type Kind = "appointments" | "notes" | "plans" | "milestones" | "moves";
export const KINDS: readonly Kind[] = ["appointments", "notes", "plans", "milestones", "moves"];

const TYPES: Record<Kind, readonly EventType[]> = {
  appointments: [
    "appointment_scheduled",
    "appointment_completed",
    "appointment_cancelled",
    "appointment_no_show",
  ],
  notes: ["session", "session_finalized", "session_amended"],
  plans: ["plan_created", "plan_updated", "plan_completed", "plan_discontinued"],
  milestones: ["milestone_achieved"],
  moves: ["moved_here", "moved_away", "merged_here", "merged_away"],
};

export const kindOf = (type: EventType): Kind =>
  KINDS.find((kind) => TYPES[kind].includes(type)) ?? "appointments";

export type Span = "all" | "year" | "quarter";
const MONTHS = { year: 12, quarter: 3 } as const;

export interface Filter {
  /** None chosen: all of them. */
  kinds: readonly Kind[];
  span: Span;
}

export interface Asked {
  types?: string;
  from?: string;
}

/** What a filter asks of the server; a period begins with a day, so that it is the same question all day. */
export function askedOf({ kinds, span }: Filter, today: Temporal.PlainDate, zone: string): Asked {
  const types = kinds.flatMap((kind) => TYPES[kind]);
  const from =
    span === "all" ? null : today.subtract({ months: MONTHS[span] }).toZonedDateTime(zone).toInstant();
  return { ...(types.length > 0 && { types: types.join(",") }), ...(from && { from: from.toString() }) };
}

export function toggled(kinds: readonly Kind[], kind: Kind): readonly Kind[] {
  const next = kinds.includes(kind) ? kinds.filter((one) => one !== kind) : [...kinds, kind];
  return next.length === KINDS.length ? [] : next;
}

export interface Month {
  /** 2026-11 */
  name: string;
  events: readonly Event[];
}

/** Events by the month in which they happened, in the order in which they came. */
export function byMonth(events: readonly Event[], monthOf: (instant: string) => string): Month[] {
  const months: { name: string; events: Event[] }[] = [];
  for (const event of events) {
    const name = monthOf(event.event_date);
    const last = months.at(-1);
    if (last?.name === name) last.events.push(event);
    else months.push({ name, events: [event] });
  }
  return months;
}

/** A name for an event that stays: one row may be there as a note and as its end. */
export const keyOf = (event: Event): string =>
  [
    event.event_type,
    event.event_date,
    event.milestone_id ?? event.session_id ?? event.plan_id ?? event.appointment_id,
  ].join(" ");
