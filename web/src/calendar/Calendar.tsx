import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { me } from "../accounts/data.ts";
import { wordsOf } from "../api/problems.ts";
import { useTherapists, useWindow, type Window } from "../appointments/data.ts";
import { time } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { useTitle } from "../core/title.ts";
import { startOf, today, windowOf } from "../core/zone.ts";
import { Button } from "../ui/Button.tsx";
import { Failure, Notice } from "../ui/States.tsx";
import { pack } from "../vault/pack.ts";
import { Booking } from "./Booking.tsx";
import styles from "./Calendar.module.css";
import { Days, emptyWords } from "./Days.tsx";
import { Month } from "./Month.tsx";
import { nextFree } from "./nextFree.ts";
import { Opened } from "./Opened.tsx";
import { daysOf, hrefOf, type Place, placeOf, weeksAround } from "./place.ts";
import { Toolbar } from "./Toolbar.tsx";

const isWide = (): boolean => matchMedia("(min-width: 900px)").matches;

/** The address is the state: whoever goes back sees what was there. */
export default function Calendar() {
  const { query, route } = useLocation();
  const [view] = useState(() => (isWide() ? "week" : "day") as Place["view"]);
  const place = placeOf(query, { view, today: today() });
  const opener = useOpener(place, route);
  const [showsCancelled, showCancelled] = useState(false);
  const [booking, book] = useState<number | null>(null);
  const therapists = useTherapists();
  const days = useMemo(() => daysOf(place), [place.view, place.day.toString()]);
  const read = useWindow(windowFor(place, days));
  const items = useMemo(
    () => (read.data ?? []).filter((item) => showsCancelled || item.status !== "cancelled"),
    [read.data, showsCancelled],
  );
  useTitle(t("calendar.title"));
  const start = (at: number): void => book(isOnline.value ? at : null);
  const bookFree = (): void => start(nextFree(days, items));
  const { go } = opener;
  const asked = query.book || null;
  const isRead = read.data !== undefined;
  useEffect(() => {
    if (asked && isRead) bookFree();
  }, [asked, isRead]);
  return (
    <section class={styles.screen} aria-busy={read.isLoading}>
      <Toolbar
        {...{ place, days, go, therapists, showsCancelled, showCancelled }}
        who={whoOf(place)}
        book={bookFree}
      />
      {read.problem && <Failure words={wordsOf(read.problem)} again={read.again} />}
      {read.asOf !== null && <OnDevice asOf={read.asOf} days={days} />}
      {read.asOf === null && place.view !== "month" && read.data && !hasAny(read.data, days) && (
        <Notice action={<Button onClick={bookFree}>{t("calendar.book-one")}</Button>}>
          {emptyWords(place.view)}
        </Notice>
      )}
      {place.view === "month" ? (
        <Month {...{ place, days, items }} />
      ) : (
        <Days {...{ place, days, items, go }} isRead={isRead} book={start} />
      )}
      {place.open && (
        <Opened id={place.open} items={read.data} {...{ therapists, go }} onClose={opener.close} />
      )}
      {booking !== null && (
        <Booking
          start={booking}
          therapists={therapists}
          who={whoOf(place)}
          asked={asked}
          onClose={() => book(null)}
          show={(id) => go({ open: id })}
        />
      )}
    </section>
  );
}

/** Read from what lies here, which does not reach to every day. */
function OnDevice({ asOf, days }: { asOf: number; days: readonly Temporal.PlainDate[] }) {
  const { from, to } = pack.value ?? { from: 0, to: 0 };
  const [first, last] = [days[0] ?? today(), days.at(-1) ?? today()];
  const isWhole =
    startOf(first).epochMilliseconds >= Date.parse(String(from)) &&
    startOf(last.add({ days: 1 })).epochMilliseconds <= Date.parse(String(to));
  const since = t("ui.as-of", { time: time(asOf) });
  return <Notice>{isWhole ? since : `${since}. ${t("calendar.not-on-device")}`}</Notice>;
}

/** Ways to other places. A sheet that was opened here is closed by going back, so that Back does not reopen it. */
function useOpener(place: Place, route: (url: string, replace?: boolean) => void) {
  const wasOpenedHere = useRef(false);
  const now = useRef(place);
  now.current = place;
  const go = (to: Partial<Place>, replace = false): void => {
    const isSheetToSheet = !!to.open && now.current.open !== null;
    if (to.open && !isSheetToSheet) wasOpenedHere.current = true;
    route(hrefOf({ ...now.current, ...to }), replace || isSheetToSheet);
  };
  const close = (): void => {
    if (wasOpenedHere.current) history.back();
    else route(hrefOf({ ...now.current, open: null }), true);
    wasOpenedHere.current = false;
  };
  return { go, close };
}

/** A therapist sees their own calendar first, an assistant everybody's. */
function whoOf({ who }: Place): string | null {
  if (who) return who === "all" ? null : who;
  const user = me.value?.user;
  return user && user.role !== "assistant" ? user.id : null;
}

function hasAny(
  items: readonly { start: number; end: number }[],
  days: readonly Temporal.PlainDate[],
): boolean {
  const [first, last] = [days[0], days.at(-1)] as [Temporal.PlainDate, Temporal.PlainDate];
  const from = startOf(first).epochMilliseconds;
  const to = startOf(last.add({ days: 1 })).epochMilliseconds;
  return items.some(({ start, end }) => start < to && end > from);
}

function windowFor(place: Place, days: Temporal.PlainDate[]): Window {
  const isMonth = place.view === "month";
  const weeks = weeksAround(days);
  const parts = me.value?.user.role === "assistant" ? "client,reminder" : "client,note,reminder";
  return {
    ...windowOf(weeks.first, weeks.days),
    therapist: whoOf(place),
    parts: isMonth ? null : parts,
  };
}
