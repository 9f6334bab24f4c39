import type { PlainKey } from "../core/i18n.ts";
import type { IconName } from "../ui/Icon.tsx";
import type { Appointment } from "./data.ts";

export type State =
  | "cancelled"
  | "no-show"
  | "completed"
  | "declined"
  | "move-requested"
  | "confirmed"
  | "unanswered"
  | "past";

/** What matters most about an appointment now: its outcome, else what the client answered. */
export function stateOf(item: Pick<Appointment, "status" | "client_response" | "end">, now: number): State {
  if (item.status === "cancelled" || item.status === "completed") return item.status;
  if (item.status === "no_show") return "no-show";
  if (item.client_response) return item.client_response;
  return item.end < now ? "past" : "unanswered";
}

/** Words and an icon for a state; `past` and `unanswered` are seen by their edge and said to screen readers. */
export const STATE_WORDS: Record<State, PlainKey> = {
  cancelled: "appointments.state-cancelled",
  "no-show": "appointments.state-no-show",
  completed: "appointments.state-completed",
  declined: "appointments.answer.declined",
  "move-requested": "appointments.answer.move-requested",
  confirmed: "appointments.answer.confirmed",
  unanswered: "appointments.answer.none",
  past: "appointments.state-past",
};

export const STATE_ICONS: Record<State, IconName | null> = {
  cancelled: "close",
  "no-show": "alert",
  completed: "check",
  declined: "close",
  "move-requested": "move",
  confirmed: "check",
  unanswered: null,
  past: null,
};

export const STATE_TONES = {
  cancelled: "plain",
  "no-show": "warn",
  completed: "ok",
  declined: "danger",
  "move-requested": "warn",
  confirmed: "ok",
  unanswered: "plain",
  past: "plain",
} as const;

export const PLACE_WORDS: Record<Appointment["location_type"], PlainKey> = {
  clinic: "appointments.place.clinic",
  home: "appointments.place.home",
  online: "appointments.place.online",
};

export const PLACE_ICONS: Record<Appointment["location_type"], IconName> = {
  clinic: "place",
  home: "home",
  online: "video",
};

/** It may be moved: what is over, or was called off, stays where it is. */
export const isOpen = ({ status }: Pick<Appointment, "status">): boolean => status === "scheduled";

/** Past, took place, and has no finalized note. */
export const needsNote = (item: Appointment, now: number): boolean =>
  item.end < now && (item.status === "scheduled" || item.status === "completed") && !item.has_finalized_note;

export const nameOf = (client: { first_name: string; last_name: string } | null | undefined): string =>
  client ? `${client.first_name} ${client.last_name}` : "";

export interface Habit {
  minutes: number;
  location_type: Appointment["location_type"];
  location: string | null;
  service_name: string | null;
}

/** How a client was booked last, of what is known here; 50 minutes in the clinic if nothing is. */
export function habitOf(clientId: string, latestFirst: readonly Appointment[]): Habit {
  const last = latestFirst.find((one) => one.client_id === clientId && one.status !== "cancelled");
  if (!last) return { minutes: 50, location_type: "clinic", location: null, service_name: null };
  const { location_type, location, service_name } = last;
  return { minutes: Math.round((last.end - last.start) / 60_000), location_type, location, service_name };
}

/** Each client once, those seen last first. */
export function recentClients(latestFirst: readonly Appointment[], most: number) {
  const found = new Map<string, NonNullable<Appointment["client"]>>();
  for (const { client } of latestFirst) if (client && !found.has(client.id)) found.set(client.id, client);
  return [...found.values()].slice(0, most);
}
