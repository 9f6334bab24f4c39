import type { ComponentChildren } from "preact";
import { now } from "../core/clock.ts";
import { longDay, timeRange } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inZone } from "../core/zone.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { later } from "../ui/later.tsx";
import type { SheetProps } from "./AppointmentSheet.tsx";
import styles from "./appointments.module.css";
import type { Appointment } from "./data.ts";
import { needsNote, PLACE_WORDS, STATE_ICONS, STATE_TONES, STATE_WORDS, stateOf } from "./rules.ts";

const ClinicalNotes = later(() => import("./ClinicalNotes.tsx"));

const NOTE_WORDS = {
  none: "appointments.write",
  archived: "appointments.write",
  draft: "appointments.write-on",
  finalized: "appointments.to-note",
} as const;

type Props = Pick<SheetProps, "item" | "therapists" | "isAssistant" | "mails">;

export function Facts({ item, therapists, isAssistant, mails }: Props) {
  const therapist = therapists.length > 1 && therapists.find(({ id }) => id === item.therapist_id);
  return (
    <div class={styles.stack}>
      <States item={item} isAssistant={isAssistant} />
      <dl class={styles.facts}>
        <Fact name={t("appointments.time")}>
          {longDay(inZone(item.scheduled_start).toPlainDate())},{" "}
          <span class={styles.whole}>{timeRange(item.scheduled_start, item.scheduled_end)}</span>
        </Fact>
        <Fact name={t("appointments.place")}>
          {t(PLACE_WORDS[item.location_type])}
          {item.location && (
            <>
              {" · "}
              <bdi>{item.location}</bdi>
            </>
          )}
        </Fact>
        {item.service_name && (
          <Fact name={t("appointments.service")}>
            <bdi>{item.service_name}</bdi>
          </Fact>
        )}
        {therapist && (
          <Fact name={t("appointments.therapist")}>
            <bdi>{therapist.full_name}</bdi>
          </Fact>
        )}
        {item.client?.phone && (
          <Fact name={t("appointments.phone")}>
            <a href={`tel:${item.client.phone.replace(/[^\d+]/g, "")}`} dir="ltr">
              {item.client.phone}
            </a>
          </Fact>
        )}
        {item.logistics && (
          <Fact name={t("appointments.logistics")}>
            <p class={styles.text}>{item.logistics}</p>
          </Fact>
        )}
        {!isAssistant && <ClinicalNotes notes={item.notes ?? null} />}
        <Fact name={t("appointments.mails")}>{mails}</Fact>
      </dl>
      <div class={styles.actions}>
        {!isAssistant && (
          <ButtonLink icon="edit" href={`/app/notes/${item.id}`}>
            {t(NOTE_WORDS[item.note?.status ?? "none"])}
          </ButtonLink>
        )}
        <ButtonLink icon="clients" href={`/app/clients/${item.client_id}`}>
          {t("appointments.to-client")}
        </ButtonLink>
      </div>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function States({ item, isAssistant }: { item: Appointment; isAssistant: boolean }) {
  const instant = now().epochMilliseconds;
  const state = stateOf(item, instant);
  const icon = STATE_ICONS[state];
  const answer = item.client_response && item.client_response !== state ? item.client_response : null;
  return (
    <p class={styles.chips}>
      <Chip tone={STATE_TONES[state]} {...(icon && { icon })}>
        {t(STATE_WORDS[state])}
      </Chip>
      {answer && <Chip tone={STATE_TONES[answer]}>{t(STATE_WORDS[answer])}</Chip>}
      {!isAssistant && item.has_finalized_note && (
        <Chip tone="ok" icon="note">
          {t("appointments.note-final")}
        </Chip>
      )}
      {!isAssistant && needsNote(item, instant) && (
        <Chip tone="warn" icon="note">
          {t(item.note ? "appointments.note-draft" : "appointments.note-missing")}
        </Chip>
      )}
    </p>
  );
}
