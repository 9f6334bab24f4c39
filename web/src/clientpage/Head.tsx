import { role } from "../accounts/data.ts";
import { AnswerChip } from "../appointments/AnswerChip.tsx";
import { Archive, Restore } from "../clients/Archiving.tsx";
import { trustAddress } from "../clients/data.ts";
import type { Client } from "../clients/form.ts";
import { ageOn } from "../clients/rules.ts";
import { dayOf } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { dials } from "../core/phone.ts";
import { today } from "../core/zone.ts";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Icon } from "../ui/Icon.tsx";
import { later } from "../ui/later.tsx";
import { Notice } from "../ui/States.tsx";
import styles from "./ClientPage.module.css";
import type { Appointment } from "./data.ts";
import { bookingOf, inCalendar } from "./links.ts";
import { whenOf } from "./words.ts";

const KeepRecord = later(() => import("./owner/KeepRecord.tsx"));

interface Props {
  client: Client;
  next: Appointment | undefined;
  /** Null while nothing may be changed. */
  edit: (() => void) | null;
  /** Null for whoever does not treat, and without a connection. */
  handOver: (() => void) | null;
}

export function Head({ client, next, edit, handOver }: Props) {
  return (
    <header class={styles.head}>
      <a class={styles.back} href="/app/clients">
        <Icon name="previous" size={18} />
        {t("clients.title")}
      </a>
      <div class={styles.title}>
        <h1>
          <bdi>
            {client.first_name} {client.last_name}
          </bdi>
        </h1>
        <Warnings client={client} />
        {edit && client.email_bounced_at && (
          <Button kind="quiet" icon="mail" onClick={() => void trustAddress(client)}>
            {t("clientpage.trust-address")}
          </Button>
        )}
      </div>
      {client.merged_into && <Merged into={client.merged_into} />}
      {client.erasure_due_at && <Ending client={client} due={client.erasure_due_at} />}
      <Contact client={client} />
      {next && <Next next={next} />}
      <Actions {...{ client, edit, handOver }} />
    </header>
  );
}

function Actions({ client, edit, handOver }: Omit<Props, "next">) {
  const mayReturn = client.archived_at !== null && !client.merged_into && isOnline.value;
  if (!(edit || handOver || mayReturn)) return null;
  return (
    <div class={styles.actions}>
      {edit && (
        <>
          <ButtonLink kind="primary" icon="calendar" href={bookingOf(client.id)}>
            {t("clientpage.book")}
          </ButtonLink>
          <Button icon="edit" onClick={edit}>
            {t("clientpage.edit")}
          </Button>
          <Archive client={client} />
        </>
      )}
      {mayReturn && <Restore client={client} />}
      {handOver && (
        <Button kind="quiet" icon="print" onClick={handOver}>
          {t("papers.hand-over")}
        </Button>
      )}
    </div>
  );
}

/** Nothing is written here any more: all of it is in the other record of this person. */
function Merged({ into }: { into: string }) {
  const open = <ButtonLink href={`/app/clients/${into}`}>{t("clientpage.to-merged")}</ButtonLink>;
  return <Notice action={open}>{t("clientpage.merged")}</Notice>;
}

/** The record was erased, or will be. */
function Ending({ client, due }: { client: Client; due: string }) {
  if (client.erased_at) return <Notice>{t("clientpage.erased")}</Notice>;
  const keep = role.value === "owner" && isOnline.value && <KeepRecord client={client} />;
  return (
    <Notice tone="warn" action={keep}>
      {t("clientpage.erasing", { day: dayOf(due) })}
    </Notice>
  );
}

function Warnings({ client }: { client: Client }) {
  return (
    <>
      {client.archived_at && (
        <Chip icon="archive">{t("clientpage.archived-on", { day: dayOf(client.archived_at) })}</Chip>
      )}
      {client.consent_given_at === null && (
        <Chip tone="warn" icon="alert">
          {t("clientpage.no-consent")}
        </Chip>
      )}
      {client.email_bounced_at && (
        <Chip tone="danger" icon="mail">
          {t("clientpage.bounced", { day: dayOf(client.email_bounced_at) })}
        </Chip>
      )}
      {client.reminders_opt_out && <Chip icon="bell">{t("clients.opt-out")}</Chip>}
    </>
  );
}

function Contact({ client }: { client: Client }) {
  const age = client.date_of_birth === null ? null : ageOn(client.date_of_birth, today());
  if (age === null && !client.phone && !client.email) return null;
  return (
    <p class={styles.contact}>
      {age !== null && <span>{t("clientpage.age", { years: age })}</span>}
      {client.phone && (
        <a href={dials(client.phone)}>
          <Icon name="phone" size={18} />
          <span dir="ltr">{client.phone}</span>
        </a>
      )}
      {client.email && (
        <a href={`mailto:${client.email}`}>
          <Icon name="mail" size={18} />
          <span dir="ltr">{client.email}</span>
        </a>
      )}
    </p>
  );
}

function Next({ next }: { next: Appointment }) {
  return (
    <p class={styles.next}>
      <b>{t("clientpage.next")}</b>
      <a href={inCalendar(next)}>{whenOf(next)}</a>
      <AnswerChip answer={next.client_response} wasReminded={next.reminder?.status === "sent"} />
    </p>
  );
}
