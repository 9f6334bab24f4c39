// When the vault is open, for whom, and by which key.
import { Problem } from "../api/problems.ts";
import { type Database, deleteDatabase, firstWrap, hasDatabase, openDatabase, putWrap } from "./database.ts";
import { DiskStore, Things } from "./disk.ts";
import { keepHandle, readHandle, removeHandle } from "./handle.ts";
import {
  handleOf,
  type Key,
  newDataKey,
  SHORTEST_PASSPHRASE,
  unwrap,
  type Way,
  wayOf,
  wrap,
} from "./keys.ts";
import { begin, opened, shut, type Whose, worldOf } from "./opened.ts";
import { DiskPhotos, MemoryPhotos } from "./photostore.ts";
import type { Bytes, Owner } from "./sealed.ts";
import { MemoryStore } from "./store.ts";
import { Vault } from "./vault.ts";

export type { Key } from "./keys.ts";
export type { Whose } from "./opened.ts";

/** Unsent text of a shared computer outlives a lock in this page, for the same person only. */
const held = new Map<string, { store: MemoryStore; photos: MemoryPhotos }>();

/** A vault without a disk: what is not sent is in this page only. */
export function openMemory(whose: Whose): void {
  const key = `${whose.workspaceId}|${whose.userId}`;
  const kept = held.get(key) ?? { store: new MemoryStore(), photos: new MemoryPhotos() };
  held.set(key, kept);
  const values = new Map<string, unknown>();
  const things = {
    get: (name: string) => Promise.resolve(values.get(name)),
    put: async (name: string, value: unknown) => void values.set(name, value),
  };
  begin({ whose, vault: new Vault(worldOf(whose, kept.store)), things, photos: kept.photos, disk: null });
}

const ownerOf = ({ workspaceId, userId, deviceId }: Whose): Owner => {
  if (deviceId === null) throw new Error("a shared computer keeps nothing");
  return { workspaceId, userId, deviceId };
};

/** Make the vault of this device: a new data key, wrapped by the secret that the server keeps. Of two tabs that do so
 * at once one makes it, and the other opens what is there. */
export async function createDisk(whose: Whose, secret: Uint8Array): Promise<void> {
  const owner = ownerOf(whose);
  const database = await openDatabase(owner);
  const made = await wrap(owner, newDataKey(), { secret });
  const dataKey = await unwrap(owner, await firstWrap(database, made), { secret });
  if (dataKey) return await openedBy(whose, database, dataKey);
  database.close();
  throw new Problem(409, "vault-of-another-secret");
}

/** Open this device's vault; false if there is none, or this does not open it. */
export async function openDisk(whose: Whose, by: Key | { handle: true }): Promise<boolean> {
  const owner = ownerOf(whose);
  if (!(await hasDatabase(owner))) return false;
  const database = await openDatabase(owner);
  if ("handle" in by) {
    const handle = await readHandle(database);
    if (handle) beginDisk(whose, database, handle, null);
    else database.close();
    return handle !== null;
  }
  const wrapped = await database.get("wraps", wayOf(by));
  const dataKey = wrapped ? await unwrap(owner, wrapped, by) : null;
  if (dataKey) await openedBy(whose, database, dataKey);
  else database.close();
  return dataKey !== null;
}

async function openedBy(whose: Whose, database: Database, dataKey: Bytes): Promise<void> {
  const handle = await handleOf(dataKey);
  await keepHandle(database, handle);
  const open = opened.peek();
  if (open?.disk && isSame(open.whose, whose)) {
    open.disk.dataKey = dataKey; // it is open already: now another wrap can be made
    database.close();
    return;
  }
  beginDisk(whose, database, handle, dataKey);
}

const isSame = (one: Whose, other: Whose): boolean =>
  one.workspaceId === other.workspaceId && one.userId === other.userId && one.deviceId === other.deviceId;

function beginDisk(whose: Whose, database: Database, handle: CryptoKey, dataKey: Bytes | null): void {
  const owner = ownerOf(whose);
  const store = new DiskStore(database, owner, handle);
  begin({
    whose,
    vault: new Vault(worldOf(whose, store)),
    things: new Things(database, owner, handle),
    photos: new DiskPhotos(database, owner, handle),
    disk: { database, owner, dataKey },
  });
}

/** Another way to open this vault. It has to be opened by a key shortly before: a handle tells none. */
export async function wrapAlso(by: { prf: Uint8Array } | { passphrase: string }): Promise<void> {
  const disk = opened.peek()?.disk;
  if (!disk?.dataKey) throw new Problem(403, "vault-key-due");
  if ("passphrase" in by && [...by.passphrase].length < SHORTEST_PASSPHRASE) {
    throw new Problem(422, "passphrase-too-short");
  }
  await putWrap(disk.database, await wrap(disk.owner, disk.dataKey, by));
}

/** By what this device's vault can be opened. */
export async function wraps(whose: Whose): Promise<Record<Way, boolean>> {
  const none = { secret: false, prf: false, passphrase: false };
  if (whose.deviceId === null || !(await hasDatabase(ownerOf(whose)))) return none;
  const database = await openDatabase(ownerOf(whose));
  const ways = await database.getAllKeys("wraps");
  database.close();
  return { ...none, ...Object.fromEntries(ways.map((way) => [way, true])) };
}

/** What is typed is put away, nothing of it is left in memory, and no tab can open it without a key. */
export async function lockVault(): Promise<void> {
  const open = opened.peek();
  if (!open) return;
  open.vault.world.tabs.tell({ kind: "locked" });
  if (open.disk) await removeHandle(open.disk.database).catch(() => undefined);
  await shut();
}

/** Everything that lies on this device for this person is gone, sent or not. */
export async function destroyVault(whose: Whose): Promise<void> {
  await lockVault();
  held.delete(`${whose.workspaceId}|${whose.userId}`);
  if (whose.deviceId !== null) await deleteDatabase(ownerOf(whose));
}

/** A value that lies here sealed, such as the pack. */
export async function sealedGet(name: string): Promise<unknown> {
  return opened.peek()?.things.get(name);
}

export async function sealedPut(name: string, value: unknown): Promise<void> {
  await opened.peek()?.things.put(name, value);
}
