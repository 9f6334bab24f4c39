import { useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { me } from "../accounts/data.ts";
import { wordsOf } from "../api/problems.ts";
import { useTherapists, useWindow, type Window } from "../appointments/data.ts";
import { t } from "../core/i18n.ts";
import { useTitle } from "../core/title.ts";
import { today, windowOf } from "../core/zone.ts";
import { Failure, Notice } from "../ui/States.tsx";
import styles from "./Calendar.module.css";
import { Days, emptyWords } from "./Days.tsx";
import { Month } from "./Month.tsx";
import { daysOf, hrefOf, type Place, placeOf, weeksAround } from "./place.ts";
import { Toolbar } from "./Toolbar.tsx";

const isWide = (): boolean => matchMedia("(min-width: 900px)").matches;

/** The address is the state: whoever goes back sees what was there. */
export default function Calendar() {
  const { query, route } = useLocation();
  const [view] = useState(() => (isWide() ? "week" : "day") as Place["view"]);
  const place = placeOf(query, { view, today: today() });
  const go = (to: Partial<Place>, replace = false): void => route(hrefOf({ ...place, ...to }), replace);
  const [showsCancelled, showCancelled] = useState(false);
  const therapists = useTherapists();
  const days = useMemo(() => daysOf(place), [place.view, place.day.toString()]);
  const read = useWindow(windowFor(place, days));
  const items = useMemo(
    () => (read.data ?? []).filter((item) => showsCancelled || item.status !== "cancelled"),
    [read.data, showsCancelled],
  );
  useTitle(t("calendar.title"));
  return (
    <section class={styles.screen} aria-busy={read.isLoading}>
      <Toolbar {...{ place, days, go, therapists, showsCancelled, showCancelled }} who={whoOf(place)} />
      {read.problem && <Failure words={wordsOf(read.problem)} again={read.again} />}
      {place.view !== "month" && read.data?.length === 0 && <Notice>{emptyWords(place.view)}</Notice>}
      {place.view === "month" ? (
        <Month {...{ place, days, items }} />
      ) : (
        <Days {...{ place, days, items, go, therapists }} isRead={read.data !== undefined} />
      )}
    </section>
  );
}

/** A therapist sees their own calendar first, an assistant everybody's. */
function whoOf({ who }: Place): string | null {
  if (who) return who === "all" ? null : who;
  const user = me.value?.user;
  return user && user.role !== "assistant" ? user.id : null;
}

function windowFor(place: Place, days: Temporal.PlainDate[]): Window {
  const isMonth = place.view === "month";
  const weeks = weeksAround(days);
  const parts = me.value?.user.role === "assistant" ? "client,reminder" : "client,note,reminder";
  return { ...windowOf(weeks.first, weeks.days), therapist: whoOf(place), parts: isMonth ? null : parts };
}
