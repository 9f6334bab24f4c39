import type { Appointment } from "../appointments/data.ts";
import { inlineStep } from "../core/keys.ts";
import { direction } from "../core/language.ts";
import { carry, pick, picked, putBack, putDown } from "./picking.ts";
import type { Piece, Times } from "./rules.ts";

export interface Keyed {
  drawn: readonly Piece<Appointment>[];
  mayMove: (item: Appointment) => boolean;
  drop: (item: Appointment, times: Times) => void;
  open: (id: string) => void;
  /** Bring a day into view. */
  goTo: (day: Temporal.PlainDate) => void;
}

/** Keys pressed on an appointment. Enter takes it up; where it may not be moved, or was not, Enter opens it. */
export function onEventKey(event: KeyboardEvent, keyed: Keyed): void {
  const node = (event.target as HTMLElement).closest<HTMLElement>("[data-id]");
  const piece = keyed.drawn.find(({ item }) => item.id === node?.dataset.id);
  if (!node || !piece) return;
  const isDone = picked.value ? onCarried(event, keyed) : onResting(event, node, piece, keyed);
  if (!isDone) return;
  event.preventDefault();
  event.stopPropagation();
}

function onCarried(event: KeyboardEvent, { drop, open, goTo }: Keyed): boolean {
  if (event.code === "Escape") putBack();
  else if (isEnter(event) || event.code === "Space") {
    const put = putDown();
    if (put?.isMoved) drop(put.item, put.times);
    else if (put) open(put.item.id);
  } else {
    const day = carry(event);
    if (day) goTo(day);
    return day !== null;
  }
  return true;
}

function onResting(
  event: KeyboardEvent,
  node: HTMLElement,
  piece: Piece<Appointment>,
  keyed: Keyed,
): boolean {
  if (isEnter(event) && keyed.mayMove(piece.item)) {
    pick(piece.item);
    return true;
  }
  const next = neighbour(event, piece, keyed.drawn);
  if (!next) return false;
  const grid = node.parentElement as HTMLElement;
  grid.querySelector<HTMLElement>(`[data-id="${next.item.id}"]`)?.focus();
  return true;
}

const isEnter = ({ code }: KeyboardEvent): boolean => code === "Enter" || code === "NumpadEnter";

/** The one before or after it, or nearest to its time in a day beside it that has any. */
function neighbour(
  event: KeyboardEvent,
  piece: Piece<Appointment>,
  drawn: readonly Piece<Appointment>[],
): Piece<Appointment> | undefined {
  const at = drawn.indexOf(piece);
  if (event.code === "ArrowDown") return drawn[at + 1];
  if (event.code === "ArrowUp") return drawn[at - 1];
  const step = inlineStep(event, direction() === "rtl");
  if (!step) return undefined;
  const days = drawn.map(({ dayIndex }) => dayIndex).filter((day) => (day - piece.dayIndex) * step > 0);
  const day = step > 0 ? Math.min(...days) : Math.max(...days);
  const distance = ({ top }: Piece<Appointment>): number => Math.abs(top - piece.top);
  return drawn
    .filter(({ dayIndex }) => dayIndex === day)
    .sort((a, b) => distance(a) - distance(b))
    .at(0);
}
