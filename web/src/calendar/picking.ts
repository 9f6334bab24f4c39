// Moving by keys: Enter takes an appointment up, arrows carry it, Enter puts it down, Escape puts it back.
import { signal } from "@preact/signals";
import type { Appointment } from "../appointments/data.ts";
import { nameOf } from "../appointments/rules.ts";
import { longDay, timeRange } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inlineStep } from "../core/keys.ts";
import { direction } from "../core/language.ts";
import { inZone, zone } from "../core/zone.ts";
import { axisOf, dayFrame, positionOf } from "./axis.ts";
import { at, isoOf } from "./moving.ts";
import { movedTo, onDay, resizedTo, STEP, type Times } from "./rules.ts";

interface Picked {
  item: Appointment;
  times: Times;
}

/** What is carried now. */
export const picked = signal<Picked | null>(null);
/** What a screen reader is told of it. */
export const spoken = signal("");

export const isPicked = (id: string): boolean => picked.value?.item.id === id;

export function pick(item: Appointment): void {
  picked.value = { item, times: { start: item.start, end: item.end } };
  spoken.value = t("calendar.picked", { name: nameOf(item.client) });
}

export function putBack(): void {
  if (!picked.value) return;
  spoken.value = t("calendar.put-back", { name: nameOf(picked.value.item.client) });
  picked.value = null;
}

/** What was carried and to where; `isMoved` is false where it never left. */
export function putDown(): (Picked & { isMoved: boolean }) | null {
  const carried = picked.value;
  picked.value = null;
  spoken.value = "";
  if (!carried) return null;
  const { item, times } = carried;
  return { ...carried, isMoved: times.start !== item.start || times.end !== item.end };
}

/** With what is carried where it is carried to, also into days that it was not in. */
export function carried(items: readonly Appointment[]): readonly Appointment[] {
  const now = picked.value;
  if (!now) return items;
  return [...items.filter(({ id }) => id !== now.item.id), at(now.item, now.times)];
}

/** Carry it as the key says; the day it is in after that, or null for any other key. */
export function carry(event: KeyboardEvent): Temporal.PlainDate | null {
  const now = picked.value;
  const times = now && keyed(event, now.times);
  if (!times) return null;
  picked.value = { ...now, times };
  const day = inZone(isoOf(times.start)).toPlainDate();
  spoken.value = `${longDay(day)}, ${timeRange(isoOf(times.start), isoOf(times.end))}`;
  return day;
}

const DOWN: Record<string, number> = { ArrowUp: -STEP, ArrowDown: STEP };

function keyed(event: KeyboardEvent, times: Times): Times | null {
  const down = DOWN[event.code];
  if (down) return event.shiftKey ? resizedBy(times, down) : movedBy(times, down);
  const days = inlineStep(event, direction() === "rtl");
  return days ? dayBy(times, days) : null;
}

const frameOf = (instant: number, add = 0) =>
  dayFrame(inZone(isoOf(instant)).toPlainDate().add({ days: add }), zone.value);

function movedBy(times: Times, minutes: number): Times {
  const frame = frameOf(times.start);
  const axis = axisOf([frame]);
  return movedTo(axis, frame, positionOf(axis, frame, times.start) + minutes, times.end - times.start);
}

function resizedBy(times: Times, minutes: number): Times {
  const frame = frameOf(times.start);
  const axis = axisOf([frame]);
  return resizedTo(axis, frame, positionOf(axis, frame, times.end) + minutes, times.start);
}

function dayBy(times: Times, days: number): Times {
  const [from, to] = [frameOf(times.start), frameOf(times.start, days)];
  return onDay(axisOf([from, to]), from, to, times);
}
