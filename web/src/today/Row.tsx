import type { ComponentChildren } from "preact";
import { ltr, t } from "../core/i18n.ts";
import { dials } from "../core/phone.ts";
import { lostWords, needsAddress } from "../reminders/reasons.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { type Client, Named } from "./Named.tsx";
import styles from "./Row.module.css";
import type { Slot } from "./rules.ts";
import type { OfficeKind } from "./waiting.ts";
import { clientPage, inCalendar, when } from "./when.ts";

/** One thing that waits: whose it is, what it is, and the one thing to do about it. */
export function Row({
  client,
  title,
  children,
  action,
}: {
  client?: Client | null | undefined;
  /** Where no client is named. */
  title?: ComponentChildren;
  children: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <li class={styles.row}>
      <div class={styles.what}>
        {client ? <Named client={client} class={styles.name ?? ""} /> : <b>{title}</b>}
        <p class={styles.meta}>{children}</p>
      </div>
      {action}
    </li>
  );
}

/** What waits about an appointment still to come. */
export function OfficeRow({ kind, slot }: { kind: OfficeKind; slot: Slot }) {
  const said = slot.client_responded_at && t("today.answered", { when: when(slot.client_responded_at) });
  return (
    <Row client={slot.client} action={<ToDo kind={kind} slot={slot} />}>
      <span>{when(slot.scheduled_start)}</span>
      {kind === "reminders" && slot.reminder && <span>{lostWords(slot.reminder)}</span>}
      {(kind === "declined" || kind === "moves") && said && <span>{said}</span>}
    </Row>
  );
}

/** Mend the address, move it, or call. */
function ToDo({ kind, slot }: { kind: OfficeKind; slot: Slot }) {
  if (kind === "reminders" && slot.reminder && needsAddress(slot.reminder)) {
    return (
      <ButtonLink icon="mail" href={clientPage(slot.client_id)}>
        {t("today.to-address")}
      </ButtonLink>
    );
  }
  if (kind !== "moves" && slot.client?.phone) {
    return (
      <ButtonLink icon="phone" href={dials(slot.client.phone)} title={ltr(slot.client.phone)}>
        {t("today.call")}
      </ButtonLink>
    );
  }
  return (
    <ButtonLink icon="calendar" href={inCalendar(slot)}>
      {t(kind === "moves" ? "today.to-move" : "today.to-calendar")}
    </ButtonLink>
  );
}
