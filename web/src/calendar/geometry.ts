import type { Axis } from "./axis.ts";
import type { Piece } from "./rules.ts";

export const percent = (minutes: number, axis: Axis): string => `${(minutes / axis.minutes) * 100}%`;

/** Where a part lies in a grid of so many days, by the direction of reading; beside the last one the day can be pressed. */
export function boxOf({ dayIndex, top, bottom, lane }: Piece<unknown>, axis: Axis, days: number) {
  const day = 100 / days;
  const lanes = day / lane.columns;
  return {
    insetBlockStart: percent(top, axis),
    blockSize: percent(bottom - top, axis),
    insetInlineStart: `${dayIndex * day + lane.column * lanes}%`,
    inlineSize: `calc(${lanes * lane.span}% - ${lane.column + lane.span === lane.columns ? 6 : 1}px)`,
  };
}
