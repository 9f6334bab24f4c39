import type { PlainKey } from "../core/i18n.ts";
import type { FieldName } from "./form.ts";

export const LABELS: Record<FieldName, PlainKey> = {
  first_name: "clients.first-name",
  last_name: "clients.last-name",
  phone: "clients.phone",
  email: "clients.email",
  date_of_birth: "clients.birth-date",
  address: "clients.address",
  locale: "clients.language",
  timezone: "clients.time-zone",
  tags: "clients.tags",
  notes: "clients.notes",
  consent_given_at: "clients.consent",
  reminders_opt_out: "clients.opt-out",
};
