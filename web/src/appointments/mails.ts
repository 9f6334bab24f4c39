// What became of the mails about an appointment, in words.
import type { Schemas } from "../api/client.ts";
import { dayOf, time } from "../core/format.ts";
import { ltr, type PlainKey, t } from "../core/i18n.ts";

type Mail = Pick<Schemas["PlannedReminder"], "kind" | "status" | "reason" | "due_at" | "sent_at">;
type Reason = NonNullable<Mail["reason"]>;

const KINDS: Record<Mail["kind"], PlainKey> = {
  reminder: "appointments.mail-reminder",
  cancellation: "appointments.mail-cancellation",
  rescheduling: "appointments.mail-rescheduling",
};

const REASONS: Record<Reason, PlainKey> = {
  "booked-late": "appointments.reason.booked-late",
  "configured-late": "appointments.reason.configured-late",
  superseded: "appointments.reason.superseded",
  "too-late": "appointments.reason.too-late",
  rescheduled: "appointments.reason.rescheduled",
  cancelled: "appointments.reason.cancelled",
  completed: "appointments.reason.completed",
  "no-show": "appointments.reason.no-show",
  archived: "appointments.reason.archived",
  declined: "appointments.reason.declined",
  "opted-out": "appointments.reason.opted-out",
  "no-address": "appointments.reason.no-address",
  "address-bounced": "appointments.reason.address-bounced",
  "client-archived": "appointments.reason.client-archived",
  "configuration-off": "appointments.reason.configuration-off",
  "outside-window": "appointments.reason.outside-window",
  "server-unavailable": "appointments.reason.server-unavailable",
  "refused-for-now": "appointments.reason.refused-for-now",
  refused: "appointments.reason.refused",
  "address-refused": "appointments.reason.address-refused",
  "mailbox-full": "appointments.reason.mailbox-full",
  undeliverable: "appointments.reason.undeliverable",
  "came-back": "appointments.reason.came-back",
  unknown: "appointments.reason.unknown",
  unwritable: "appointments.reason.unwritable",
};

const moment = (instant: string): string =>
  t("appointments.moment", { day: dayOf(instant), time: ltr(time(instant)) });

/** "Reminder: sent 27 Nov, 10:00." or "Reminder: not sent. The client has no e-mail address." */
export function mailWords(mail: Mail): string {
  const kind = t(KINDS[mail.kind]);
  const why = mail.reason ? t(REASONS[mail.reason]) : "";
  if (mail.status === "sent" && mail.sent_at)
    return t("appointments.mail-sent", { kind, when: moment(mail.sent_at) });
  if (mail.status === "planned" || mail.status === "pending")
    return t("appointments.mail-planned", { kind, when: moment(mail.due_at), why });
  return t("appointments.mail-not", { kind, why });
}
