import { time } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { deviceZone, zone } from "../core/zone.ts";
import { type Axis, type DayFrame, hoursOf, instantAt } from "./axis.ts";
import styles from "./Days.module.css";
import { percent } from "./geometry.ts";

/** The hours of the practice, and beside them those of the device where they differ. */
export function Hours({ axis, frame }: { axis: Axis; frame: DayFrame }) {
  const isElsewhere = deviceZone() !== zone.value;
  return (
    <div class={styles.hours} aria-hidden="true">
      {hoursOf(axis).map(({ at, wall, isAgain }) => (
        <div
          key={at}
          style={{ insetBlockStart: percent(at, axis) }}
          title={isAgain ? t("calendar.again") : undefined}
        >
          {wall > 0 && clock(wall)}
          {isElsewhere && <small>{time(instantOf(axis, frame, at), deviceZone())}</small>}
        </div>
      ))}
    </div>
  );
}

const instantOf = (axis: Axis, frame: DayFrame, at: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(instantAt(axis, frame, at));

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
