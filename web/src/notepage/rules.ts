import type { Problem } from "../api/problems.ts";
import type { SaveState } from "../vault/note.ts";
import { FIELDS, type Field } from "../vault/texts.ts";

/** What can be done with the note here. */
export type Standing = "draft" | "final" | "archived" | "elsewhere";

export function standing(server: { status: string } | null, state: SaveState): Standing {
  if (server?.status === "finalized") return "final";
  if (server?.status === "archived") return "archived";
  return state.kind === "elsewhere" ? "elsewhere" : "draft";
}

/** The fields that a refusal points to, also in a batch: `/items/0/plan`. */
export function refusedFields(problem: Pick<Problem, "fields"> | null): ReadonlySet<Field> {
  const pointers = problem?.fields.map(({ pointer }) => pointer ?? "") ?? [];
  return new Set(FIELDS.filter((field) => pointers.some((pointer) => pointer.split("/").includes(field))));
}

interface Slot {
  id: string;
  status: string;
  start: number;
  end: number;
  note?: unknown;
}

/** The appointments to which a note without one may belong, the nearest in time first. */
export const candidates = <S extends Slot>(slots: readonly S[], now: number): S[] =>
  slots
    .filter((slot) => !slot.note && slot.status !== "cancelled")
    .sort((one, other) => distance(one, now) - distance(other, now));

/** None while it runs. */
const distance = ({ start, end }: Slot, now: number): number => Math.max(0, start - now, now - end);

const FIVE = 5 * 60_000;

/** When somebody who walked in began: the last full five minutes. */
export const walkedInAt = (now: number): number => Math.floor(now / FIVE) * FIVE;
