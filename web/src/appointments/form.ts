// What is changed in an appointment's form, and what is sent of it.
import type { Problem } from "../api/problems.ts";
import type { Appointment, Changes } from "./data.ts";

export interface Values {
  start: number | null;
  minutes: number;
  location_type: Appointment["location_type"];
  location: string;
  service_name: string;
  logistics: string;
  notes: string;
  therapist_id: string;
}

export const valuesOf = (item: Appointment): Values => ({
  start: item.start,
  minutes: Math.round((item.end - item.start) / 60_000),
  location_type: item.location_type,
  location: item.location ?? "",
  service_name: item.service_name ?? "",
  logistics: item.logistics ?? "",
  notes: item.notes ?? "",
  therapist_id: item.therapist_id,
});

const iso = (instant: number): string => new Date(instant).toISOString();
const TEXTS = ["location", "service_name", "logistics", "notes"] as const;

/** Only what was touched. A time is sent whole, so that start and end always fit each other. */
export function changesOf(before: Values, after: Values): Changes {
  const changes: Changes = {};
  if (after.start !== null && (after.start !== before.start || after.minutes !== before.minutes)) {
    changes.scheduled_start = iso(after.start);
    changes.scheduled_end = iso(after.start + after.minutes * 60_000);
  }
  for (const field of TEXTS)
    if (after[field] !== before[field]) changes[field] = after[field].trim() === "" ? null : after[field];
  if (after.location_type !== before.location_type) changes.location_type = after.location_type;
  if (after.therapist_id !== before.therapist_id) changes.therapist_id = after.therapist_id;
  return changes;
}

/** The changes that put an appointment back to what it was. */
export const backTo = (was: Appointment, saved: Appointment): Changes => ({
  ...changesOf(valuesOf(saved), valuesOf(was)),
  ...(was.status !== saved.status && { status: was.status }),
});

/** Whether the server refused what stands in this field. */
export const isRefused = (problem: Problem | null, ...fields: string[]): boolean =>
  problem?.fields.some(({ pointer }) => fields.some((field) => pointer?.startsWith(`/${field}`))) ?? false;

const LENGTHS = [20, 25, 30, 40, 45, 50, 60, 75, 80, 90, 100, 120];

export const lengthsWith = (minutes: number): number[] =>
  [...new Set([...LENGTHS, minutes])].sort((a, b) => a - b);
