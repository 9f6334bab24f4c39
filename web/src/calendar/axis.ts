// Where an instant is drawn. The axis is the wall clock, with the hour that a day has twice drawn twice; a day that
// has it once leaves its second one blank, and a day that skips an hour leaves that one blank.

const MINUTE = 60_000;

/** A day in a zone: 23 to 25 hours, counted in instants. All times are milliseconds since 1970. */
export interface DayFrame {
  day: Temporal.PlainDate;
  start: number;
  end: number;
  /** The wall clock at its start, in minutes: 0 but where midnight is skipped. */
  startWall: number;
  /** When clocks change in it, and by how many minutes: 60 forward, -60 back. */
  jump: { at: number; by: number } | null;
}

export interface Axis {
  minutes: number;
  /** From where, and for how long, hours are drawn a second time. */
  fold: { at: number; size: number } | null;
}

export interface Blank {
  from: number;
  to: number;
}

export function dayFrame(day: Temporal.PlainDate, timeZone: string): DayFrame {
  const first = day.toZonedDateTime({ timeZone }).startOfDay();
  const end = day.add({ days: 1 }).toZonedDateTime({ timeZone }).startOfDay().epochMilliseconds;
  const start = first.epochMilliseconds;
  const change = first.getTimeZoneTransition("next");
  const at = change?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
  const by = change && at < end ? (change.offsetNanoseconds - first.offsetNanoseconds) / 6e10 : 0;
  return { day, start, end, startWall: first.hour * 60 + first.minute, jump: by === 0 ? null : { at, by } };
}

const elapsed = (frame: DayFrame, instant: number): number =>
  frame.startWall + (instant - frame.start) / MINUTE;

export function axisOf(frames: readonly DayFrame[]): Axis {
  const folded = frames.find((frame) => (frame.jump?.by ?? 0) < 0);
  if (!folded?.jump) return { minutes: 1440, fold: null };
  const size = -folded.jump.by;
  return { minutes: 1440 + size, fold: { at: elapsed(folded, folded.jump.at), size } };
}

const isFolded = (frame: DayFrame): boolean => (frame.jump?.by ?? 0) < 0;

/** The place of an instant of this day, in minutes from the top. */
export function positionOf(axis: Axis, frame: DayFrame, instant: number): number {
  const passed = elapsed(frame, instant);
  if (isFolded(frame)) return passed;
  const wall = frame.jump && instant >= frame.jump.at ? passed + frame.jump.by : passed;
  return axis.fold && wall >= axis.fold.at ? wall + axis.fold.size : wall;
}

/** The instant at a place; in a blank, the one after it. */
export function instantAt(axis: Axis, frame: DayFrame, position: number): number {
  const wall = isFolded(frame) ? position : unfolded(axis, position);
  const at = frame.start + (skipped(frame, wall) - frame.startWall) * MINUTE;
  return Math.min(Math.max(at, frame.start), frame.end);
}

function unfolded({ fold }: Axis, position: number): number {
  if (!fold || position < fold.at) return position;
  return Math.max(fold.at, position - fold.size);
}

function skipped(frame: DayFrame, wall: number): number {
  if (!frame.jump || frame.jump.by < 0) return wall;
  const gap = elapsed(frame, frame.jump.at);
  return wall < gap ? wall : Math.max(gap, wall - frame.jump.by);
}

/** The hours that this day does not have. */
export function blanksOf(axis: Axis, frame: DayFrame): Blank[] {
  if (isFolded(frame)) return [];
  const blanks: Blank[] = [];
  if (frame.startWall > 0) blanks.push({ from: 0, to: frame.startWall });
  if (axis.fold) blanks.push({ from: axis.fold.at, to: axis.fold.at + axis.fold.size });
  if (frame.jump) {
    const to = positionOf(axis, frame, frame.jump.at);
    blanks.push({ from: to - frame.jump.by, to });
  }
  return blanks;
}

/** The full hours, with the wall clock's minutes at each. */
export function hoursOf(axis: Axis): { at: number; wall: number; isAgain: boolean }[] {
  return Array.from({ length: Math.ceil(axis.minutes / 60) }, (_, hour) => {
    const at = hour * 60;
    const isPast = axis.fold !== null && at >= axis.fold.at;
    const size = axis.fold?.size ?? 0;
    return {
      at,
      wall: isPast ? at - size : at,
      isAgain: isPast && at < (axis.fold?.at ?? 0) + size,
    };
  });
}

export const snap = (position: number, step = 15): number => Math.round(position / step) * step;

/** The number of the day under a point, from 0 at the side where reading begins. */
export function dayAt(x: number, box: { left: number; width: number }, count: number, rtl: boolean): number {
  const across = Math.min(count - 1, Math.max(0, Math.floor(((x - box.left) / box.width) * count)));
  return rtl ? count - 1 - across : across;
}
