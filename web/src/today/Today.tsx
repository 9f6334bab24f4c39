import type { ComponentChildren } from "preact";
import { type Me, me } from "../accounts/data.ts";
import { longDay } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { useTitle } from "../core/title.ts";
import { zone } from "../core/zone.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { later } from "../ui/later.tsx";
import { Skeleton } from "../ui/States.tsx";
import { Agenda } from "./Agenda.tsx";
import { liesHere, useNobody } from "./data.ts";
import { type DayRead, useDay } from "./day.ts";
import { FirstSteps, Nothing } from "./Nothing.tsx";
import { NowNext } from "./NowNext.tsx";
import { OfficeRow } from "./Row.tsx";
import { byDay, isFirstDay, leftOf, nowAndNext } from "./rules.ts";
import { ScopeSwitch } from "./ScopeSwitch.tsx";
import styles from "./Today.module.css";
import { Offline, Trouble } from "./Trouble.tsx";
import { type Group, Waiting } from "./Waiting.tsx";
import { officeWaiting } from "./waiting.ts";

const FirstNote = later(() => import("./clinical/FirstNote.tsx"), <Skeleton rows={3} />);
const ClinicalWaiting = later(() => import("./clinical/ClinicalWaiting.tsx"), <Skeleton rows={3} />);

/** The day at a glance: whom now, whom next, and what waits. */
export default function Today() {
  useTitle(t("today.menu"));
  return me.value && <Day who={me.value} />;
}

function Day({ who }: { who: Me }) {
  const read = useDay(who.user);
  const { nearRead, farRead, day, now, near } = read;
  const days = byDay(near, day, 2, zone.value);
  const today = days[0]?.slots ?? [];
  return (
    <div class={styles.today}>
      <header class={styles.head}>
        <div>
          <h1>{longDay(day)}</h1>
          {today.length > 0 && <p>{t("today.left", { count: leftOf(today, now) })}</p>}
        </div>
        {read.canSwitch && <ScopeSwitch scope={read.scope} />}
        {who.user.role !== "assistant" && (
          <ButtonLink kind="quiet" icon="edit" href="/app/notes/unfiled/new">
            {t("today.walk-in")}
          </ButtonLink>
        )}
      </header>
      <Offline reads={[nearRead, farRead]} />
      <Trouble reads={[nearRead, farRead]} />
      {nearRead.data ? (
        <Columns who={who} read={read} days={days} />
      ) : (
        nearRead.isLoading && <Skeleton rows={6} />
      )}
    </div>
  );
}

function Columns({ who, read, days }: { who: Me; read: DayRead; days: ReturnType<typeof byDay> }) {
  const { now, near, far, nearRead, farRead, therapists } = read;
  const treats = who.user.role !== "assistant";
  const slots = [...near, ...far];
  const found = nowAndNext(slots, now);
  // What lies on the device says nothing of how much there is.
  const isAsked = farRead.data !== undefined && nearRead.asOf === null && farRead.asOf === null;
  const mayBeFirst = isAsked && isFirstDay(who.workspace.created_at, slots, now);
  const isFirst = useNobody(mayBeFirst);
  return (
    <div class={styles.columns}>
      <div class={styles.day}>
        {isFirst && (treats ? <FirstNote /> : <FirstSteps />)}
        <NowNext found={found} now={now} treats={treats} />
        {isFirst === undefined && <Skeleton rows={3} />}
        {isFirst === false && (
          <Agenda {...{ days, now, therapists }} isKnown={(day) => nearRead.asOf === null || liesHere(day)} />
        )}
      </div>
      <Queue who={who} read={read}>
        {isFirst === false && <Nothing next={found.next[0]} isWhole={farRead.asOf === null} />}
      </Queue>
    </div>
  );
}

function Queue({ who, read, children }: { who: Me; read: DayRead; children: ComponentChildren }) {
  const { now, near, far, farRead, scope, day } = read;
  const office: Group[] = [...officeWaiting([...near, ...far], now)].map(([kind, slots]) => ({
    kind,
    total: slots.length,
    rows: slots.map((slot) => <OfficeRow key={slot.id} kind={kind} slot={slot} />),
  }));
  const isLoading = farRead.isLoading;
  if (who.user.role === "assistant") {
    return (
      <Waiting groups={office} isLoading={isLoading}>
        {farRead.data && children}
      </Waiting>
    );
  }
  const wanted = { day, therapist: scope === "all" ? null : who.user.id };
  return (
    <ClinicalWaiting wanted={wanted} me={who.user.id} {...{ near, far, now, office, isLoading }}>
      {farRead.data && children}
    </ClinicalWaiting>
  );
}
