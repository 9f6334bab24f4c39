// Texts that wait for a decision: which of them are one device's own repeats.
import type { Schemas } from "../api/client.ts";

export type Summary = Schemas["ConflictSummary"];

/** One row: a text of one device, and what the same device had sent of it before. */
export interface Chain {
  head: Summary;
  repeats: readonly Summary[];
}

// A device's record of a note keeps the moment of its first key, so two devices of one person are told apart.
const deviceOf = (one: Summary): string =>
  [one.client_session_id, one.sent_by, one.created_at_client].join(" ");
export const newestFirst = (one: Summary, other: Summary): number =>
  Date.parse(other.updated_at_client) - Date.parse(one.updated_at_client) ||
  Date.parse(other.created_at) - Date.parse(one.created_at);

/** A device's own repeats in one row; a repeat with a field that the newest has no text of stays by itself. */
export function chains(all: readonly Summary[]): Chain[] {
  const found: Chain[] = [];
  for (const sent of grouped(all, deviceOf)) {
    let left = [...sent].sort(newestFirst);
    for (let head = left[0]; head; head = left[0]) {
      const has = new Set(head.fields);
      const covered = (one: Summary): boolean => one.fields.every((field) => has.has(field));
      found.push({ head, repeats: left.slice(1).filter(covered) });
      left = left.slice(1).filter((one) => !covered(one));
    }
  }
  return found;
}

export function grouped<T>(all: readonly T[], keyOf: (one: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const one of all) found.set(keyOf(one), [...(found.get(keyOf(one)) ?? []), one]);
  return [...found.values()];
}

export const chainOf = (all: readonly Summary[], id: string): Chain | undefined =>
  chains(all).find(({ head, repeats }) => head.id === id || repeats.some((one) => one.id === id));
