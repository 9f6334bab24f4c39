// What waits for somebody, and in which order: pure, so that it is tested without a screen.
import { noteDue, type Slot, starts, wasReminded } from "./rules.ts";

/** The kinds of things that wait, the most pressing first. */
export const KINDS = [
  "decisions",
  "unfiled",
  "wished",
  "notes",
  "reminders",
  "declined",
  "moves",
  "unconfirmed",
  "plans",
] as const;
export type Kind = (typeof KINDS)[number];
export type OfficeKind = Extract<Kind, "declined" | "moves" | "reminders" | "unconfirmed">;

export const FIRST = 5; // rows of a kind before somebody asks for more
const SOON = 48 * 3_600_000;

/** Which kind an appointment still to come belongs to: one, the one to act on. */
export function officeKind(slot: Slot, now: number): OfficeKind | null {
  if (starts(slot) <= now) return null;
  const isLost = slot.reminder?.status === "failed" || slot.reminder?.status === "bounced";
  // A client who was not told of a cancellation will stand at the door.
  if (slot.status === "cancelled")
    return isLost && slot.reminder?.kind === "cancellation" ? "reminders" : null;
  if (slot.status !== "scheduled") return null;
  if (slot.client_response === "declined") return "declined";
  if (slot.client_response === "move-requested") return "moves";
  if (isLost) return "reminders";
  const isOpen = slot.client_response === null && wasReminded(slot) && starts(slot) - now <= SOON;
  return isOpen ? "unconfirmed" : null;
}

/** What waits at the desk, by kind, the earliest appointment first. */
export function officeWaiting(slots: readonly Slot[], now: number): Map<OfficeKind, Slot[]> {
  const found = new Map<OfficeKind, Slot[]>();
  for (const slot of slots) {
    const kind = officeKind(slot, now);
    if (kind) found.set(kind, [...(found.get(kind) ?? []), slot]);
  }
  for (const rows of found.values()) rows.sort((one, other) => starts(one) - starts(other));
  return found;
}

export interface Notes {
  rows: Slot[];
  total: number;
}

/** The notes that were missing when the server was asked, and those of hours that have ended since; the latest first. */
export function notesNow(asked: Notes, readAt: number, agenda: readonly Slot[], now: number): Notes {
  const known = new Set(asked.rows.map((slot) => slot.id));
  const since = agenda.filter(
    (slot) => !known.has(slot.id) && noteDue(slot, readAt) === null && noteDue(slot, now) !== null,
  );
  const rows = [...since, ...asked.rows].sort((one, other) => starts(other) - starts(one));
  return { rows, total: asked.total + since.length };
}

/** In the order of urgency; a kind of which nothing waits is left out. */
export const inOrder = <G extends { kind: Kind; total: number }>(groups: readonly G[]): G[] =>
  groups
    .filter(({ total }) => total > 0)
    .sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
