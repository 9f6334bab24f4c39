import type { ComponentChildren } from "preact";
import { dayOf, shortDay } from "../../core/format.ts";
import { t } from "../../core/i18n.ts";
import type { Plan } from "../../plans/data.ts";
import type { Conflict } from "../../sessions/data.ts";
import { ButtonLink } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { Row } from "../Row.tsx";
import type { Slot } from "../rules.ts";
import { clientPage, notePage, when } from "../when.ts";
import type { NameOf } from "./names.ts";

const toClient = (id: string): ComponentChildren => (
  <ButtonLink href={clientPage(id)}>{t("today.to-client")}</ButtonLink>
);

const toNote = (slot: Slot): ComponentChildren => (
  <ButtonLink icon="edit" href={notePage(slot.id)}>
    {t(slot.note?.status === "draft" ? "today.write-on" : "today.write")}
  </ButtonLink>
);

export function NoteRow({ slot }: { slot: Slot }) {
  return (
    <Row client={slot.client} action={toNote(slot)}>
      <span>{when(slot.scheduled_start)}</span>
      {slot.note?.status === "draft" && (
        <Chip tone="warn" icon="edit">
          {t("today.draft")}
        </Chip>
      )}
    </Row>
  );
}

export function ConflictRow({ conflict, nameOf }: { conflict: Conflict; nameOf: NameOf }) {
  const client = nameOf(conflict.client_id);
  return (
    <Row
      client={client}
      title={t("today.two-versions")}
      action={<ButtonLink href={`/app/conflicts/${conflict.id}`}>{t("today.decide")}</ButtonLink>}
    >
      {t("today.written", { day: dayOf(conflict.updated_at_client) })}
    </Row>
  );
}

export function PlanRow({ plan, nameOf }: { plan: Plan; nameOf: NameOf }) {
  const client = nameOf(plan.client_id);
  return (
    <Row client={client} title={<bdi>{plan.title}</bdi>} action={toClient(plan.client_id)}>
      {client && <bdi>{plan.title}</bdi>}
      {plan.review_date && (
        <span>{t("today.review-on", { day: shortDay(Temporal.PlainDate.from(plan.review_date)) })}</span>
      )}
    </Row>
  );
}
