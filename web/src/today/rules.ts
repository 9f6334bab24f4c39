// What a day looks like at a moment: pure, so that it is tested without a screen.
import type { Schemas } from "../api/client.ts";
import type { Viewer } from "./near.ts";

/** An appointment of the agenda; its note's state is there only for those who treat. */
export type Slot = Schemas["AgendaItem"];
export type Scope = "own" | "all";

const at = (instant: string): number => Temporal.Instant.from(instant).epochMilliseconds;
export const starts = (slot: Slot): number => at(slot.scheduled_start);
export const ends = (slot: Slot): number => at(slot.scheduled_end);
export const isOver = (slot: Slot, now: number): boolean => ends(slot) <= now;

/** It takes place, or has: neither cancelled nor missed. */
export const isLive = (slot: Slot): boolean => slot.status === "scheduled" || slot.status === "completed";

/** Somebody is expected: a client who cannot come is not. */
const isExpected = (slot: Slot): boolean => isLive(slot) && slot.client_response !== "declined";

export interface NowAndNext {
  /** Those that run now, more than one if they overlap. */
  current: Slot[];
  /** The first to come; more than one if they begin together. */
  next: Slot[];
}

export function nowAndNext(slots: readonly Slot[], now: number): NowAndNext {
  const expected = slots.filter((slot) => isExpected(slot) && !isOver(slot, now));
  const later = expected.filter((slot) => starts(slot) > now && slot.status === "scheduled");
  const first = Math.min(...later.map(starts));
  return {
    current: expected.filter((slot) => starts(slot) <= now),
    next: later.filter((slot) => starts(slot) === first),
  };
}

export interface Day {
  day: Temporal.PlainDate;
  slots: Slot[];
}

/** Each on the day it begins; one that began before the first day and still runs then, on the first. */
export function byDay(slots: readonly Slot[], first: Temporal.PlainDate, count: number, zone: string): Day[] {
  const days: Day[] = Array.from({ length: count }, (_, index) => ({
    day: first.add({ days: index }),
    slots: [],
  }));
  for (const slot of slots) {
    const begins = Temporal.Instant.from(slot.scheduled_start).toZonedDateTimeISO(zone).toPlainDate();
    const index = Math.max(0, first.until(begins, { largestUnit: "day" }).days);
    days[index]?.slots.push(slot);
  }
  return days;
}

/** Whether an appointment that is over still wants its note, and how far that is. */
export function noteDue(slot: Slot, now: number): "missing" | "draft" | null {
  if (slot.note === undefined || !isLive(slot) || slot.has_finalized_note || !isOver(slot, now)) return null;
  return slot.note?.status === "draft" ? "draft" : "missing";
}

/** A reminder went out for the time as it is now. */
export const wasReminded = (slot: Slot): boolean =>
  slot.reminder?.kind === "reminder" && slot.reminder.status === "sent";

/** Minutes from now until then, the one that has begun counted too. */
export const minutesUntil = (then: number, now: number): number => Math.ceil((then - now) / 60_000);

/** The part of it that is over, from 0 to 1. */
export function partOver(slot: Slot, now: number): number {
  const length = ends(slot) - starts(slot);
  return Math.min(1, Math.max(0, (now - starts(slot)) / length));
}

/** Those who treat see their own day; whoever has none, while others have, sees the practice's. */
export function scopeOf(viewer: Viewer, slots: readonly Slot[], chosen: Scope | null): Scope {
  if (viewer.role === "assistant") return "all";
  if (viewer.role === "therapist" || !hasOthers(viewer, slots)) return "own";
  return chosen ?? (slots.some((slot) => slot.therapist_id === viewer.id) ? "own" : "all");
}

export const hasOthers = (viewer: Viewer, slots: readonly Slot[]): boolean =>
  slots.some((slot) => slot.therapist_id !== viewer.id);

export const within = (scope: Scope, viewer: Viewer, slots: readonly Slot[]): Slot[] =>
  scope === "all" ? [...slots] : slots.filter((slot) => slot.therapist_id === viewer.id);

const NEW = 14 * 24 * 3_600_000;

/** A practice that has just been opened and has nothing booked yet. */
export const isFirstDay = (createdAt: string, slots: readonly Slot[], now: number): boolean =>
  slots.length === 0 && now - at(createdAt) < NEW;

/** How many are still expected on a day. */
export const leftOf = (slots: readonly Slot[], now: number): number =>
  slots.filter((slot) => isExpected(slot) && !isOver(slot, now)).length;
