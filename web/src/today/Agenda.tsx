import { AnswerChip } from "../appointments/AnswerChip.tsx";
import { Place } from "../appointments/Place.tsx";
import { longDay, time } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { Chip } from "../ui/Chip.tsx";
import styles from "./Agenda.module.css";
import { Named } from "./Named.tsx";
import { type Day, isLive, isOver, noteDue, type Slot, starts, wasReminded } from "./rules.ts";
import { Unfold } from "./Unfold.tsx";
import { inCalendar, notePage } from "./when.ts";

export interface Shown {
  now: number;
  /** Names by id, where the whole practice is shown. */
  therapists: ReadonlyMap<string, string> | null;
}

interface Props extends Shown {
  days: readonly Day[];
  /** Whether all of such a day is known: of what is not known, none are not "no appointments". */
  isKnown: (day: Temporal.PlainDate) => boolean;
}

/** What is left of today, then tomorrow; what is over stays within reach. */
export function Agenda({ days, isKnown, ...shown }: Props) {
  const [first, second] = days;
  if (!first || !second) return null;
  const over = first.slots.filter((slot) => isOver(slot, shown.now));
  const left = first.slots.filter((slot) => !isOver(slot, shown.now));
  return (
    <section class={styles.agenda}>
      <h2>{t("today.agenda")}</h2>
      {over.length > 0 && <Earlier slots={over} {...shown} />}
      {left.length > 0 ? (
        <Rows slots={left} {...shown} />
      ) : (
        isKnown(first.day) && (
          <p class={styles.none}>{t(over.length > 0 ? "today.none-left" : "today.none")}</p>
        )
      )}
      {!isKnown(first.day) && <p class={styles.none}>{t("today.not-here")}</p>}
      <h2 class={styles.second}>
        {t("today.tomorrow")} <small>{longDay(second.day)}</small>
      </h2>
      {second.slots.length > 0 ? (
        <Rows slots={second.slots} {...shown} />
      ) : (
        <p class={styles.none}>{t(isKnown(second.day) ? "today.none" : "today.not-here")}</p>
      )}
    </section>
  );
}

function Earlier({ slots, ...shown }: Shown & { slots: readonly Slot[] }) {
  return (
    <Unfold title={t("today.earlier", { count: slots.length })}>
      <Rows slots={slots} {...shown} />
    </Unfold>
  );
}

function Rows({ slots, ...shown }: Shown & { slots: readonly Slot[] }) {
  return (
    <ul class={styles.rows}>
      {slots.map((slot) => (
        <Row key={slot.id} slot={slot} {...shown} />
      ))}
    </ul>
  );
}

function Row({ slot, now, therapists }: Shown & { slot: Slot }) {
  const isOff = !isLive(slot) || slot.client_response === "declined";
  const isNow = !isOff && starts(slot) <= now && !isOver(slot, now);
  return (
    <li class={styles.row} data-now={isNow || undefined} data-off={isOff || undefined}>
      <a class={styles.time} href={inCalendar(slot)} title={t("today.in-calendar")}>
        <b>{time(slot.scheduled_start)}</b>
        <span>{time(slot.scheduled_end)}</span>
      </a>
      <div class={styles.what}>
        <Named client={slot.client} class={styles.name ?? ""} />
        <p class={styles.meta}>
          <Place of={slot} />
          {slot.service_name && <bdi>{slot.service_name}</bdi>}
          {therapists && <bdi>{therapists.get(slot.therapist_id)}</bdi>}
        </p>
      </div>
      <div class={styles.chips}>
        <State slot={slot} now={now} />
      </div>
    </li>
  );
}

function State({ slot, now }: { slot: Slot; now: number }) {
  if (slot.status === "cancelled") return <Chip icon="close">{t("today.cancelled")}</Chip>;
  if (slot.status === "no_show") return <Chip icon="close">{t("today.no-show")}</Chip>;
  if (isOver(slot, now)) return <NoteState slot={slot} now={now} />;
  return <AnswerChip answer={slot.client_response} wasReminded={wasReminded(slot)} />;
}

function NoteState({ slot, now }: { slot: Slot; now: number }) {
  const due = noteDue(slot, now);
  const chip = noteChip(slot, due);
  return slot.note === undefined ? chip : <a href={notePage(slot.id)}>{chip}</a>;
}

function noteChip(slot: Slot, due: ReturnType<typeof noteDue>) {
  if (due === "missing") return <Chip icon="note">{t("today.note-missing")}</Chip>;
  if (due === "draft") {
    return (
      <Chip tone="warn" icon="edit">
        {t("today.draft")}
      </Chip>
    );
  }
  return slot.has_finalized_note ? (
    <Chip tone="ok" icon="check">
      {t("today.note-final")}
    </Chip>
  ) : null;
}
