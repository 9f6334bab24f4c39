import { useMemo } from "preact/hooks";
import type { Appointment } from "../appointments/data.ts";
import { locale, longDay, timeRange, weekday } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { isWeekend } from "../core/week.ts";
import { startOf, today } from "../core/zone.ts";
import styles from "./Month.module.css";
import { hrefOf, type Place } from "./place.ts";
import { countByDay, type DayCount } from "./rules.ts";

interface Props {
  place: Place;
  days: Temporal.PlainDate[];
  items: Appointment[];
}

/** How full each day is; a day opens by a press. */
export function Month({ place, days, items }: Props) {
  const counts = useMemo(() => countByDay(items, framesOf(days)), [items, days]);
  const most = Math.max(1, ...counts.map((one) => one?.count ?? 0));
  return (
    <div class={styles.month}>
      {days.slice(0, 7).map((day) => (
        <span key={day.dayOfWeek} class={styles.weekday} aria-hidden="true">
          {weekday(day, "short")}
        </span>
      ))}
      {days.map((day, index) => (
        <Day key={day.toString()} {...{ day, place, most }} count={counts[index] ?? null} />
      ))}
    </div>
  );
}

function framesOf(days: Temporal.PlainDate[]): { start: number; end: number }[] {
  const starts = [...days, (days.at(-1) as Temporal.PlainDate).add({ days: 1 })].map(
    (day) => startOf(day).epochMilliseconds,
  );
  return days.map((_, index) => ({ start: starts[index] as number, end: starts[index + 1] as number }));
}

function Day(props: { day: Temporal.PlainDate; place: Place; count: DayCount | null; most: number }) {
  const { day, place, count, most } = props;
  const words = t("calendar.count", { count: count?.count ?? 0 });
  return (
    <a
      class={styles.day}
      href={hrefOf({ ...place, view: "day", day, open: null })}
      aria-current={day.equals(today()) ? "date" : undefined}
      data-outside={day.month !== place.day.month || undefined}
      data-weekend={isWeekend(day) || undefined}
    >
      <span class="hidden-text">{t("calendar.day-count", { day: longDay(day), count: words })}</span>
      <b aria-hidden="true">{day.day.toLocaleString(locale())}</b>
      {count && (
        <>
          <span class={styles.count} aria-hidden="true">
            {words}
          </span>
          <span class={styles.number} aria-hidden="true">
            {count.count.toLocaleString(locale())}
          </span>
          <span class={styles.hours}>{rangeOf(count)}</span>
          <span class={styles.load} style={{ inlineSize: `${(count.count / most) * 100}%` }} />
        </>
      )}
    </a>
  );
}

const rangeOf = ({ first, last }: DayCount): string =>
  timeRange(new Date(first).toISOString(), new Date(last).toISOString());
