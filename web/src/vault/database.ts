// The one place that touches IndexedDB. Everything in it but its wraps is sealed, and what is put is on the disk when it resolves.
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import type { Way, Wrap } from "./keys.ts";
import type { Bytes, Owner } from "./sealed.ts";

export interface Sealed {
  /** Counts the writes: who has not seen the last one writes nothing. */
  revision: number;
  /** Whether the server does not have all of it. */
  waits: boolean;
  bytes: Bytes;
}

export interface Handle {
  key: CryptoKey;
  /** Milliseconds since 1970, by this device's clock. */
  from: number;
  until: number;
}

type Table = "notes" | "photos" | "bytes" | "things";
interface Shape extends DBSchema {
  notes: { key: string; value: Sealed };
  photos: { key: string; value: Sealed };
  bytes: { key: string; value: Sealed };
  things: { key: string; value: Sealed };
  wraps: { key: Way; value: Wrap };
  handle: { key: "handle"; value: Handle };
}
export type Database = IDBPDatabase<Shape>;

export const nameOf = ({ deviceId, userId }: Pick<Owner, "deviceId" | "userId">): string =>
  `vault-${deviceId}-${userId}`;

export function openDatabase(owner: Owner): Promise<Database> {
  return openDB<Shape>(nameOf(owner), 1, {
    upgrade: (database) => {
      for (const name of ["notes", "photos", "bytes", "things", "wraps", "handle"] as const) {
        database.createObjectStore(name);
      }
    },
    blocking: (_current, _next, event) => (event.target as IDBDatabase).close(),
  });
}

export const deleteDatabase = (owner: Owner): Promise<void> => deleteDB(nameOf(owner));

/** Whether there is one, without making one. */
export const hasDatabase = async (owner: Owner): Promise<boolean> =>
  (await indexedDB.databases()).some(({ name }) => name === nameOf(owner));

/** Write if the last write is the one that was seen; the disk has it when this resolves. */
export async function write(
  database: Database,
  table: Table,
  id: string,
  value: Sealed | null,
  seen: number | null,
): Promise<void> {
  const transaction = database.transaction(table, "readwrite", { durability: "strict" });
  transaction.done.catch(() => undefined); // it is awaited below, unless something before it fails
  const found = await transaction.store.get(id);
  const isSeen = seen === null || (found?.revision ?? 0) === seen;
  if (!isSeen) transaction.abort();
  else if (value) await transaction.store.put(value, id);
  else await transaction.store.delete(id);
  await transaction.done;
}

/** The first wrap of its way, which is this one unless there is one: a second data key would close what the first sealed. */
export async function firstWrap(database: Database, wrap: Wrap): Promise<Wrap> {
  const transaction = database.transaction("wraps", "readwrite", { durability: "strict" });
  const known = await transaction.store.get(wrap.way);
  if (!known) await transaction.store.put(wrap, wrap.way);
  await transaction.done;
  return known ?? wrap;
}

export async function putWrap(database: Database, wrap: Wrap): Promise<void> {
  const transaction = database.transaction("wraps", "readwrite", { durability: "strict" });
  await transaction.store.put(wrap, wrap.way);
  await transaction.done;
}
