import { AnswerChip } from "../appointments/AnswerChip.tsx";
import { meetingLink, Place } from "../appointments/Place.tsx";
import { time, timeRange } from "../core/format.ts";
import { ltr, t } from "../core/i18n.ts";
import { dials } from "../core/phone.ts";
import { inZone, today } from "../core/zone.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { later } from "../ui/later.tsx";
import { Named } from "./Named.tsx";
import styles from "./NowNext.module.css";
import { minutesUntil, type NowAndNext, partOver, type Slot, starts, wasReminded } from "./rules.ts";
import { dayWords, inCalendar, notePage } from "./when.ts";

// Its place is kept, so that nothing below it moves when it comes.
const LastNote = later(() => import("./clinical/LastNote.tsx"), <div class={styles.note} />);

interface Props {
  found: NowAndNext;
  now: number;
  treats: boolean;
}

/** Whom one sees now; otherwise whom next. */
export function NowNext({ found: { current, next }, now, treats }: Props) {
  const shown = current.length > 0 ? current : next;
  return (
    <section class={styles.cards} aria-label={t("today.now-and-next")}>
      {shown.map((slot) => (
        <Card key={slot.id} slot={slot} now={now} treats={treats} />
      ))}
      {current.length > 0 && next[0] && <Then slot={next[0]} />}
    </section>
  );
}

function Card({ slot, now, treats }: { slot: Slot; now: number; treats: boolean }) {
  const isNow = starts(slot) <= now;
  const link = meetingLink(slot);
  return (
    <article class={styles.card} data-now={isNow || undefined}>
      <p class={styles.label}>{isNow ? nowWords(slot) : nextWords(slot, now)}</p>
      <div class={styles.who}>
        <h2>
          <Named client={slot.client} />
        </h2>
        <AnswerChip answer={slot.client_response} wasReminded={wasReminded(slot)} />
      </div>
      <p class={styles.facts}>
        <span class={styles.fact}>
          <Icon name="clock" size={16} />
          {timeRange(slot.scheduled_start, slot.scheduled_end)}
        </span>
        <Place of={slot} />
        {slot.service_name && <bdi>{slot.service_name}</bdi>}
      </p>
      <div class={styles.actions}>
        {treats && <ToNote slot={slot} isNow={isNow} />}
        {link && (
          <ButtonLink
            kind={treats ? "plain" : "primary"}
            icon="video"
            href={link}
            target="_blank"
            rel="noopener noreferrer"
          >
            {t("today.join")}
          </ButtonLink>
        )}
        {slot.client?.phone && (
          <ButtonLink icon="phone" href={dials(slot.client.phone)} title={t("today.call")}>
            {ltr(slot.client.phone)}
          </ButtonLink>
        )}
        <ButtonLink kind="quiet" icon="calendar" href={inCalendar(slot)}>
          {t("today.to-calendar")}
        </ButtonLink>
      </div>
      {treats && <LastNote clientId={slot.client_id} before={slot.scheduled_start} />}
      {isNow && <Progress part={partOver(slot, now)} />}
    </article>
  );
}

/** A note may be begun before the hour, and read after it is final. */
function ToNote({ slot, isNow }: { slot: Slot; isNow: boolean }) {
  const state = slot.note?.status;
  const words =
    state === "draft" ? "today.write-on" : state === "finalized" ? "today.to-note" : "today.write";
  return (
    <ButtonLink kind={isNow ? "primary" : "plain"} icon="edit" href={notePage(slot.id)}>
      {t(words)}
    </ButtonLink>
  );
}

const nowWords = (slot: Slot): string => t("today.now-until", { time: time(slot.scheduled_end) });

/** In how many minutes, when it is soon; otherwise on which day. */
function nextWords(slot: Slot, now: number): string {
  const minutes = minutesUntil(starts(slot), now);
  if (minutes <= 60) return t("today.next-in", { minutes });
  const day = inZone(slot.scheduled_start).toPlainDate();
  return day.equals(today()) ? t("today.next") : t("today.next-on", { day: dayWords(day) });
}

function Progress({ part }: { part: number }) {
  return (
    <div class={styles.track} aria-hidden="true">
      <span style={{ inlineSize: `${part * 100}%` }} />
    </div>
  );
}

function Then({ slot }: { slot: Slot }) {
  return (
    <p class={styles.then}>
      <span>{t("today.then")}</span>
      <b>{time(slot.scheduled_start)}</b>
      <Named client={slot.client} />
    </p>
  );
}
