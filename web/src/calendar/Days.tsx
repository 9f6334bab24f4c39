import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Appointment, Member } from "../appointments/data.ts";
import { locale, longDay, weekday } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { isWeekend } from "../core/week.ts";
import { today, zone } from "../core/zone.ts";
import { type Axis, axisOf, type DayFrame, dayFrame } from "./axis.ts";
import styles from "./Days.module.css";
import { Event } from "./Event.tsx";
import { Hours } from "./Hours.tsx";
import { Blanks, NowLine } from "./Marks.tsx";
import { hrefOf, type Place } from "./place.ts";
import { firstShown, type Piece, pieces } from "./rules.ts";

interface Props {
  place: Place;
  days: Temporal.PlainDate[];
  items: Appointment[];
  isRead: boolean;
  go: (to: Partial<Place>) => void;
  therapists: Member[];
}

/** One to seven days beside each other, an hour as high everywhere. Only what lies in them is in the document. */
export function Days({ place, days, items, isRead, go }: Props) {
  const frames = useMemo(() => days.map((day) => dayFrame(day, zone.value)), [days, zone.value]);
  const axis = useMemo(() => axisOf(frames), [frames]);
  const drawn = useMemo(() => pieces(axis, frames, items), [axis, frames, items]);
  const scroller = useRef<HTMLDivElement>(null);
  useFirstSight(scroller, { axis, drawn, isRead, key: days.join() });
  return (
    <div class={styles.scroller} ref={scroller} style={{ "--days": days.length, "--minutes": axis.minutes }}>
      <Heads days={days} place={place} />
      <div class={styles.body}>
        <Hours axis={axis} frame={frames[0] as DayFrame} />
        <div class={styles.grid}>
          <Blanks axis={axis} frames={frames} />
          {drawn.map((piece) => (
            <Event
              key={`${piece.item.id}${piece.begins ? "" : piece.dayIndex}`}
              piece={piece}
              axis={axis}
              days={days.length}
              open={() => go({ open: piece.item.id })}
            />
          ))}
          <NowLine axis={axis} frames={frames} />
        </div>
      </div>
    </div>
  );
}

interface Sight {
  axis: Axis;
  drawn: Piece<Appointment>[];
  isRead: boolean;
  key: string;
}

/** Scroll to the first appointment or to 7:30, once for each set of days. */
function useFirstSight(scroller: { current: HTMLElement | null }, { axis, drawn, isRead, key }: Sight): void {
  const seen = useRef("");
  useEffect(() => {
    const box = scroller.current;
    if (!box || seen.current === `${key}${isRead}`) return;
    const [head, body] = [box.firstElementChild, box.lastElementChild] as HTMLElement[];
    if (!head || !body) return;
    seen.current = `${key}${isRead}`;
    box.scrollTop = (firstShown(drawn) / axis.minutes) * body.offsetHeight;
  }, [key, isRead]);
}

function Heads({ days, place }: { days: Temporal.PlainDate[]; place: Place }) {
  const now = today();
  return (
    <div class={styles.heads}>
      {days.map((day) => (
        <a
          key={day.toString()}
          href={hrefOf({ ...place, view: "day", day, open: null })}
          aria-label={longDay(day)}
          aria-current={day.equals(now) ? "date" : undefined}
          data-weekend={isWeekend(day) || undefined}
        >
          <span>{weekday(day, "short")}</span>
          <b>{day.day.toLocaleString(locale())}</b>
        </a>
      ))}
    </div>
  );
}

export const emptyWords = (view: Place["view"]): string =>
  t(view === "day" ? "calendar.empty-day" : view === "days" ? "calendar.empty-days" : "calendar.empty-week");
