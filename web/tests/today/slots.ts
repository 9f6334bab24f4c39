import "temporal-polyfill/global";
import type { Slot } from "../../src/today/rules.ts";

let made = 0;

/** An appointment from one moment to another, such as `2026-11-28T10:00+02:00`. */
export function slot(from: string, to: string, more: Partial<Slot> = {}): Slot {
  made += 1;
  const id = `a${made}`;
  return {
    id,
    workspace_id: "w",
    client_id: `c${made}`,
    therapist_id: "me",
    scheduled_start: from,
    scheduled_end: to,
    status: "scheduled",
    location_type: "clinic",
    location: null,
    service_name: null,
    logistics: null,
    has_finalized_note: false,
    client_response: null,
    client_responded_at: null,
    version: 1,
    created_at: from,
    updated_at: from,
    client: { id: `c${made}`, first_name: "אבישג", last_name: "בן־עמי", phone: null },
    note: null,
    reminder: null,
    ...more,
  };
}

export const ms = (instant: string): number => Temporal.Instant.from(instant).epochMilliseconds;
export const ids = (slots: readonly Slot[]): string[] => slots.map(({ id }) => id);

type Reminder = NonNullable<Slot["reminder"]>;
export const reminder = (status: Reminder["status"], more: Partial<Reminder> = {}): Reminder => ({
  kind: "reminder",
  status,
  reason: null,
  sent_at: null,
  ...more,
});
