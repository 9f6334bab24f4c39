import { thisMinute } from "../core/clock.ts";
import { type Axis, blanksOf, type DayFrame, positionOf } from "./axis.ts";
import styles from "./Days.module.css";
import { percent } from "./geometry.ts";

interface Props {
  axis: Axis;
  frames: readonly DayFrame[];
}

/** Now, as a line through today; alone in being drawn anew each minute. */
export function NowLine({ axis, frames }: Props) {
  const now = thisMinute().epochMilliseconds;
  const index = frames.findIndex(({ start, end }) => now >= start && now < end);
  const frame = frames[index];
  if (!frame) return null;
  const box = {
    insetBlockStart: percent(positionOf(axis, frame, now), axis),
    insetInlineStart: `${(index / frames.length) * 100}%`,
    inlineSize: `${100 / frames.length}%`,
  };
  return <div class={styles.now} style={box} aria-hidden="true" />;
}

/** Hours that a day does not have, where the clocks change. */
export function Blanks({ axis, frames }: Props) {
  return (
    <>
      {frames.flatMap((frame, index) =>
        blanksOf(axis, frame).map(({ from, to }) => (
          <div
            key={`${index} ${from}`}
            class={styles.blank}
            style={{
              insetBlockStart: percent(from, axis),
              blockSize: percent(to - from, axis),
              insetInlineStart: `${(index / frames.length) * 100}%`,
              inlineSize: `${100 / frames.length}%`,
            }}
          />
        )),
      )}
    </>
  );
}
