import { useState } from "preact/hooks";
import { longDay, time } from "../core/format.ts";
import { ltr, t } from "../core/i18n.ts";
import { inlineStep } from "../core/keys.ts";
import { direction } from "../core/language.ts";
import { type Axis, type DayFrame, instantAt, positionOf } from "./axis.ts";
import styles from "./Days.module.css";
import { percent } from "./geometry.ts";
import { isoOf } from "./moving.ts";

interface Props {
  axis: Axis;
  frames: readonly DayFrame[];
  book: (start: number) => void;
  /** Go to the days before or after those shown. */
  turn: (by: 1 | -1) => void;
}

const LONG = 30;
const DOWN: Record<string, number> = { ArrowUp: -LONG, ArrowDown: LONG };

/** The place of the keyboard on the empty grid: arrows move it, Enter books there. */
export function Slot({ axis, frames, book, turn }: Props) {
  const [at, go] = useState({ day: 0, minutes: 540 });
  const day = Math.min(at.day, frames.length - 1);
  const frame = frames[day] as DayFrame;
  const start = instantAt(axis, frame, at.minutes);
  const onKeyDown = (event: KeyboardEvent): void => {
    const down = DOWN[event.code];
    const along = inlineStep(event, direction() === "rtl");
    if (down) go({ day, minutes: Math.min(axis.minutes - LONG, Math.max(0, at.minutes + down)) });
    else if (along && frames[day + along]) go({ day: day + along, minutes: at.minutes });
    else if (along) {
      turn(along);
      go({ day: along > 0 ? 0 : frames.length - 1, minutes: at.minutes });
    } else return;
    event.preventDefault();
  };
  return (
    <button
      type="button"
      class={styles.slot}
      style={{
        insetBlockStart: percent(positionOf(axis, frame, start), axis),
        blockSize: percent(LONG, axis),
        insetInlineStart: `${(day / frames.length) * 100}%`,
        inlineSize: `${100 / frames.length}%`,
      }}
      aria-label={t("calendar.book-at", { day: longDay(frame.day), time: ltr(time(isoOf(start))) })}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        event.stopPropagation();
        book(start);
      }}
    />
  );
}
