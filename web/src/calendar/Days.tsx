import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Appointment } from "../appointments/data.ts";
import { isOpen } from "../appointments/rules.ts";
import { now } from "../core/clock.ts";
import { locale, longDay, weekday } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { direction, language } from "../core/language.ts";
import { isOnline } from "../core/online.ts";
import { isWeekend } from "../core/week.ts";
import { today, zone } from "../core/zone.ts";
import { type Axis, axisOf, type DayFrame, dayAt, dayFrame, instantAt } from "./axis.ts";
import styles from "./Days.module.css";
import { Event } from "./Event.tsx";
import { Hours } from "./Hours.tsx";
import { onEventKey } from "./keys.ts";
import { Blanks, NowLine } from "./Marks.tsx";
import { move, moved } from "./moving.ts";
import { carried, isPicked, picked, putBack, spoken } from "./picking.ts";
import { hrefOf, type Place, stepped } from "./place.ts";
import { watchPointer } from "./pointer.ts";
import { firstShown, type Piece, pieces, slotsFor } from "./rules.ts";
import { Slot } from "./Slot.tsx";

export interface DaysProps {
  place: Place;
  days: Temporal.PlainDate[];
  items: readonly Appointment[];
  isRead: boolean;
  go: (to: Partial<Place>, replace?: boolean) => void;
  book: (start: number) => void;
}

/** One to seven days beside each other, an hour as high everywhere. Only what lies in them is in the document. */
export function Days({ place, days, items, isRead, go, book }: DaysProps) {
  const frames = useMemo(() => days.map((day) => dayFrame(day, zone.value)), [days, zone.value]);
  const axis = useMemo(() => axisOf(frames), [frames]);
  const dayNames = useMemo(() => days.map(longDay), [days, language.value]);
  const shown = carried(moved(items));
  const drawn = useMemo(() => pieces(axis, frames, shown), [axis, frames, shown]);
  const slots = useSlots(drawn.map(idOf));
  const instant = now().epochMilliseconds;
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  useFirstSight(scroller, { axis, drawn, isRead, key: days.join() });
  const show = (id: string): void => go({ open: id });
  const hands = {
    drawn,
    mayMove: (item: Appointment) => isOnline.value && isOpen(item),
    drop: (item: Appointment, times: { start: number; end: number }) => void move(item, times, show),
    open: show,
    goTo: (day: Temporal.PlainDate) => !days.some((one) => one.equals(day)) && go({ day }, true),
  };
  useDrags(grid, () => ({ ...hands, axis, frames, grid: grid.current, scroller: scroller.current }) as never);
  useFocusOnPicked(grid);
  return (
    <div class={styles.scroller} ref={scroller} style={{ "--days": days.length, "--minutes": axis.minutes }}>
      <Heads days={days} place={place} />
      <div class={styles.body}>
        <Hours axis={axis} frame={frames[0] as DayFrame} />
        {/* biome-ignore lint/a11y/noStaticElementInteractions: Slot is the same for keys */}
        <div
          class={styles.grid}
          data-grid
          ref={grid}
          onKeyDown={(event) => onEventKey(event, hands)}
          onClick={(event) => {
            if (event.target === event.currentTarget) book(pressed(event, event.currentTarget, axis, frames));
          }}
        >
          <Slot {...{ axis, frames, book }} turn={(by) => go(stepped(place, by))} />
          <Blanks axis={axis} frames={frames} />
          {drawn.map((piece, index) => (
            <Event
              key={slots.get(idOf(piece))}
              {...{ piece, axis, days: days.length, now: instant, open: show }}
              dayName={dayNames[piece.dayIndex] ?? ""}
              isFirst={index === 0}
              isPicked={isPicked(piece.item.id)}
            />
          ))}
          <NowLine axis={axis} frames={frames} />
        </div>
      </div>
      <p class="hidden-text" role="status">
        {spoken.value}
      </p>
    </div>
  );
}

/** Of an appointment that goes on in the next day each part has its own. */
const idOf = ({ item, begins, dayIndex }: Piece<Appointment>): string =>
  begins ? item.id : `${item.id} ${dayIndex}`;

/** What stays keeps its node; what comes takes over a node of what went, which is quicker than to make one. */
function useSlots(ids: readonly string[]): ReadonlyMap<string, number> {
  const before = useRef<ReadonlyMap<string, number>>(new Map());
  return useMemo(() => {
    before.current = slotsFor(ids, before.current);
    return before.current;
  }, [ids.join()]);
}

/** The half hour that was pressed. */
function pressed(
  { clientX, clientY }: MouseEvent,
  grid: HTMLElement,
  axis: Axis,
  frames: readonly DayFrame[],
) {
  const box = grid.getBoundingClientRect();
  const frame = frames[dayAt(clientX, box, frames.length, direction() === "rtl")] as DayFrame;
  const minutes = ((clientY - box.top) / box.height) * axis.minutes;
  return instantAt(axis, frame, Math.floor(minutes / 30) * 30);
}

function useDrags(grid: { current: HTMLElement | null }, surface: Parameters<typeof watchPointer>[1]): void {
  const latest = useRef(surface);
  latest.current = surface;
  useEffect(() => {
    const stop = watchPointer(grid.current as HTMLElement, () => latest.current());
    return () => {
      stop();
      putBack();
    };
  }, []);
}

/** What is carried keeps the focus, wherever it is drawn anew. */
function useFocusOnPicked(grid: { current: HTMLElement | null }): void {
  const now = picked.value;
  useEffect(() => {
    if (!now) return;
    const node = grid.current?.querySelector<HTMLElement>(`[data-id="${now.item.id}"]`);
    node?.focus({ preventScroll: true });
    node?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [now]);
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
    const body = box?.querySelector<HTMLElement>("[data-grid]");
    if (!box || picked.value || seen.current === `${key}${isRead}`) return;
    seen.current = `${key}${isRead}`;
    if (body) box.scrollTop = (firstShown(drawn) / axis.minutes) * body.offsetHeight;
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
          title={longDay(day)}
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
