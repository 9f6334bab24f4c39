import { t } from "../../core/i18n.ts";
import { ButtonLink } from "../../ui/Button.tsx";
import { waiting } from "../../vault/waiting.ts";
import { Row } from "../Row.tsx";
import type { Slot } from "../rules.ts";
import type { Group } from "../Waiting.tsx";
import { notePage, when } from "../when.ts";

/** What was begun here and wants its person: notes without an appointment, and those to be made final. */
export function onThisDevice(slots: readonly Slot[]): Group[] {
  const all = waiting.value.filter((one) => one.kind === "note");
  const unfiled = all.filter((one) => one.appointmentId === null);
  const wished = all.filter((one) => one.appointmentId !== null && one.wantsFinal);
  return [
    {
      kind: "unfiled",
      total: unfiled.length,
      rows: unfiled.map((one) => (
        <Unfiled key={one.clientSessionId} id={one.clientSessionId} since={one.since} />
      )),
    },
    {
      kind: "wished",
      total: wished.length,
      rows: wished.map(({ appointmentId }) => (
        <Wished
          key={appointmentId}
          id={appointmentId ?? ""}
          slot={slots.find(({ id }) => id === appointmentId)}
        />
      )),
    },
  ];
}

function Unfiled({ id, since }: { id: string; since: number }) {
  const open = (
    <ButtonLink icon="edit" href={`/app/notes/unfiled/${id}`}>
      {t("today.file")}
    </ButtonLink>
  );
  return (
    <Row title={t("today.no-appointment")} action={open}>
      {t("today.written", { day: when(new Date(since).toISOString()) })}
    </Row>
  );
}

function Wished({ id, slot }: { id: string; slot: Slot | undefined }) {
  const open = (
    <ButtonLink icon="lock" href={notePage(id)}>
      {t("today.finalize")}
    </ButtonLink>
  );
  return (
    <Row client={slot?.client} title={t("today.a-note")} action={open}>
      {slot && when(slot.scheduled_start)}
    </Row>
  );
}
