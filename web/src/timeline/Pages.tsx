import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { wordsOf } from "../api/problems.ts";
import { month as monthWords } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inZone } from "../core/zone.ts";
import { Button } from "../ui/Button.tsx";
import { Failure, Skeleton } from "../ui/States.tsx";
import { type Page as PageData, useTimeline } from "./data.ts";
import { EventRow } from "./EventRow.tsx";
import { type Asked, byMonth, keyOf } from "./rules.ts";
import styles from "./Timeline.module.css";

interface Props {
  clientId: string;
  asked: Asked;
  noteOf: (sessionId: string) => ComponentChildren;
  nothing: ComponentChildren;
}

interface Start {
  /** The server's place, and the month of the event before it: its heading stands already. */
  before: string | null;
  month: string;
}

/** The events by hundreds, as many as were asked for. */
export function Pages({ nothing, ...given }: Props) {
  const [starts, begin] = useState<readonly Start[]>([{ before: null, month: "" }]);
  return (
    <>
      {starts.map((start, at) => (
        <Page
          key={start.before}
          {...given}
          start={start}
          nothing={at === 0 && nothing}
          more={at === starts.length - 1 ? (next) => begin([...starts, next]) : null}
        />
      ))}
    </>
  );
}

interface PageProps extends Props {
  start: Start;
  more: ((next: Start) => void) | null;
}

function Page({ clientId, asked, start, ...rest }: PageProps) {
  const { data, problem, again } = useTimeline(clientId, asked, start.before);
  const failure = problem && <Failure words={wordsOf(problem)} again={again} />;
  if (!data) return failure || <Skeleton rows={6} />;
  return (
    <>
      {failure}
      {data.events.length === 0 ? rest.nothing : <Events page={data} start={start} {...rest} />}
    </>
  );
}

const monthOf = (instant: string): string => inZone(instant).toPlainDate().toPlainYearMonth().toString();
const nameOf = (month: string): string =>
  monthWords(Temporal.PlainYearMonth.from(month).toPlainDate({ day: 1 }));

function Events({
  page,
  start,
  noteOf,
  more,
}: Pick<PageProps, "start" | "noteOf" | "more"> & { page: PageData }) {
  const before = page.next_before;
  const last = page.events.at(-1);
  return (
    <>
      {start.before === null && (
        <p class={styles.total}>{t("timeline.total", { count: page.total_events })}</p>
      )}
      {byMonth(page.events, monthOf).map(({ name, events }) => (
        <div key={name} class={styles.month}>
          {name !== start.month && <h3>{nameOf(name)}</h3>}
          <ol>
            {events.map((event) => (
              <EventRow key={keyOf(event)} event={event} noteOf={noteOf} />
            ))}
          </ol>
        </div>
      ))}
      {more && before && last && (
        <Button onClick={() => more({ before, month: monthOf(last.event_date) })}>
          {t("timeline.more")}
        </Button>
      )}
    </>
  );
}
