import { type Axis, type DayFrame, instantAt, positionOf, snap } from "./axis.ts";

export interface Span {
  id: string;
  start: number;
  end: number;
}

/** Its place among those at the same time: `column` of `columns`, as wide as `span` of them. */
export interface Lane {
  column: number;
  columns: number;
  span: number;
}

export interface Times {
  start: number;
  end: number;
}

export const STEP = 15;

/** Side by side where they overlap, in as few columns as it takes; each as wide as there is room. */
export function lanes(spans: readonly Span[]): Map<string, Lane> {
  const found = new Map<string, Lane>();
  for (const cluster of clusters(spans)) placeCluster(cluster, found);
  return found;
}

const byStart = (a: Span, b: Span): number => a.start - b.start || b.end - a.end || (a.id < b.id ? -1 : 1);

/** Those that overlap one another, also by way of a third. */
function clusters(spans: readonly Span[]): Span[][] {
  const found: Span[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const span of [...spans].sort(byStart)) {
    if (span.start >= end) found.push([]);
    found.at(-1)?.push(span);
    end = Math.max(end, span.end);
  }
  return found;
}

function placeCluster(cluster: Span[], found: Map<string, Lane>): void {
  const columns: Span[][] = [];
  const placed = cluster.map((span) => {
    const free = columns.findIndex((column) => (column.at(-1)?.end ?? 0) <= span.start);
    const column = free < 0 ? columns.push([]) - 1 : free;
    columns[column]?.push(span);
    return { span, column };
  });
  for (const { span, column } of placed) {
    found.set(span.id, { column, columns: columns.length, span: roomFor(span, column, columns) });
  }
}

function roomFor(span: Span, column: number, columns: readonly Span[][]): number {
  const next = columns.findIndex(
    (others, index) => index > column && others.some((one) => one.start < span.end && span.start < one.end),
  );
  return (next < 0 ? columns.length : next) - column;
}

/** A part of an appointment within one day, in minutes of the axis. */
export interface Piece<T> {
  item: T;
  dayIndex: number;
  top: number;
  bottom: number;
  lane: Lane;
  /** Whether it begins, and ends, in this day. */
  begins: boolean;
  ends: boolean;
}

const SHORTEST = 15; // what is shorter is drawn this long, so that it can be read and hit

/** All parts to be drawn, day by day in the order of time. */
export function pieces<T extends Span>(
  axis: Axis,
  frames: readonly DayFrame[],
  items: readonly T[],
): Piece<T>[] {
  return frames.flatMap((frame, dayIndex) => {
    const parts = items
      .filter((item) => item.start < frame.end && item.end > frame.start)
      .sort(byStart)
      .map((item) => pieceOf(axis, frame, dayIndex, item));
    const found = lanes(parts.map(({ item, top, bottom }) => ({ id: item.id, start: top, end: bottom })));
    return parts.map((part) => ({ ...part, lane: found.get(part.item.id) as Lane }));
  });
}

function pieceOf<T extends Span>(axis: Axis, frame: DayFrame, dayIndex: number, item: T) {
  const begins = item.start >= frame.start;
  const ends = item.end <= frame.end;
  const top = positionOf(axis, frame, begins ? item.start : frame.start);
  const bottom = ends && item.end < frame.end ? positionOf(axis, frame, item.end) : endOf(axis, frame, item);
  return { item, dayIndex, top, bottom: Math.max(bottom, top + SHORTEST), begins, ends };
}

const endOf = (axis: Axis, frame: DayFrame, item: Span): number =>
  item.end >= frame.end ? axis.minutes : positionOf(axis, frame, item.end);

/** As long as before, from the place on the axis nearest to `position`. */
export function movedTo(axis: Axis, frame: DayFrame, position: number, length: number): Times {
  const within = Math.min(Math.max(0, snap(position, STEP)), axis.minutes - STEP);
  const start = instantAt(axis, frame, within);
  return { start, end: start + length };
}

/** From the same start to the place on the axis nearest to `position`. */
export function resizedTo(axis: Axis, frame: DayFrame, position: number, start: number): Times {
  const end = instantAt(axis, frame, Math.min(snap(position, STEP), axis.minutes));
  return { start, end: Math.max(end, start + STEP * 60_000) };
}

/** To the same place on the axis of another day: 10:00 stays 10:00, whatever the clocks do in between. */
export function onDay(axis: Axis, from: DayFrame, to: DayFrame, { start, end }: Times): Times {
  const moved = instantAt(axis, to, positionOf(axis, from, start));
  return { start: moved, end: moved + (end - start) };
}

/** Where a day is first looked at: half an hour before the first appointment, but never later than 7:30. */
export function firstShown<T>(parts: readonly Piece<T>[]): number {
  const first = Math.min(...parts.map(({ top }) => top));
  return Math.max(0, Math.min(450, first - 30));
}

/** How many appointments, and from when to when, a day holds. */
export interface DayCount {
  count: number;
  first: number;
  last: number;
}

export function countByDay(
  items: readonly Span[],
  frames: readonly { start: number; end: number }[],
): (DayCount | null)[] {
  const counts: (DayCount | null)[] = frames.map(() => null);
  for (const { start, end } of items) {
    const index = dayIndexOf(start, frames);
    if (index < 0) continue;
    const was = counts[index] ?? { count: 0, first: start, last: end };
    counts[index] = {
      count: was.count + 1,
      first: Math.min(was.first, start),
      last: Math.max(was.last, end),
    };
  }
  return counts;
}

function dayIndexOf(instant: number, frames: readonly { start: number; end: number }[]): number {
  let [low, high] = [0, frames.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const frame = frames[middle] as { start: number; end: number };
    if (instant < frame.start) high = middle - 1;
    else if (instant >= frame.end) low = middle + 1;
    else return middle;
  }
  return -1;
}

/** A number for each: the one it had, else one that became free, else a new one. */
export function slotsFor(
  ids: readonly string[],
  before: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const wanted = new Set(ids);
  const free = [...before].filter(([id]) => !wanted.has(id)).map(([, slot]) => slot);
  let next = Math.max(-1, ...before.values()) + 1;
  return new Map(ids.map((id) => [id, before.get(id) ?? free.shift() ?? next++]));
}
