// What Today begins with, in the words in which it is asked for: also ahead, before Today itself is there.
import type { Schemas } from "../api/client.ts";
import { windowIn } from "../core/window.ts";

export const NEAR = 3; // days: today, tomorrow, and the day on which 48 hours end
export const PAGE = 500;

export interface Viewer {
  id: string;
  role: Schemas["Role"];
}

export interface Asked {
  from?: string;
  to?: string;
  include: string;
  limit: number;
  order?: "asc" | "desc";
  needs_note?: boolean;
  therapist_id?: string;
  cursor?: string;
}

export const whose = (therapist: string | null): { therapist_id?: string } =>
  therapist === null ? {} : { therapist_id: therapist };

/** An owner's come whole: whether others treat here is seen in them, without a request of its own. */
export const nearQuery = ({ id, role }: Viewer, day: Temporal.PlainDate, timeZone: string): Asked => ({
  ...windowIn(timeZone, day, NEAR),
  ...whose(role === "therapist" ? id : null),
  include: role === "assistant" ? "client,reminder" : "client,note,reminder",
  limit: PAGE,
});
