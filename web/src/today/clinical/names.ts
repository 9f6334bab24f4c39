import { queries } from "../../api/queries.ts";
import type { Directory } from "../../clients/index.ts";
import type { Client } from "../Named.tsx";
import type { Slot } from "../rules.ts";

/** A client's name, as far as it is known here already: nothing more is asked for. */
export type NameOf = (clientId: string | null) => Client | null;

export function namesIn(slots: readonly Slot[]): NameOf {
  const known = new Map(slots.map((slot) => [slot.client_id, slot.client ?? null]));
  const directory = queries.getQueryData<Directory>(["clients", "index"]);
  return (id) => (id === null ? null : (known.get(id) ?? directory?.person(id) ?? null));
}
