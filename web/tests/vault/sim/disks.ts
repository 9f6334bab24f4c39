import { deleteDatabase, openDatabase } from "../../../src/vault/database.ts";
import { DiskStore } from "../../../src/vault/disk.ts";
import { handleOf, newDataKey } from "../../../src/vault/keys.ts";
import { type Hold, type Locks, webLocks } from "../../../src/vault/locks.ts";
import type { NoteRecord } from "../../../src/vault/record.ts";
import { MemoryStore, type Store } from "../../../src/vault/store.ts";
import type { Disk } from "./browser.ts";

/** Locks of one browser, without a browser. */
function plainLocks(): Locks {
  const held = new Map<string, { hold: Hold; lose: () => void }>();
  return {
    hold: async (name, { steal = false } = {}) => {
      const other = held.get(name);
      if (other && !steal) return null;
      other?.lose();
      const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
      const hold: Hold = { lost, release: () => held.get(name)?.hold === hold && held.delete(name) };
      held.set(name, { hold, lose });
      return hold;
    },
  };
}

/** A disk that is a map; what a tab has not seen it does not write over, as on the real one. */
export function mapDisk(): Disk {
  const lying = new Map<string, string>();
  const store = async (): Promise<Store> => {
    const seen = new Map<string, string | undefined>();
    const look = (id: string): NoteRecord | null => {
      const found = lying.get(id);
      return found === undefined ? null : (JSON.parse(found) as NoteRecord);
    };
    const see = (id: string): NoteRecord | null => {
      seen.set(id, lying.get(id));
      return look(id);
    };
    const claim = (id: string): void => {
      if (lying.get(id) !== seen.get(id)) throw new Error("another tab wrote it");
    };
    return {
      isDisk: true,
      all: async () => [...lying.keys()].map(look).filter((one) => one !== null),
      look: async (id) => look(id),
      get: async (id) => see(id),
      put: async (record) => {
        claim(record.id);
        lying.set(record.id, JSON.stringify(record));
        see(record.id);
      },
      remove: async (id) => {
        claim(id);
        lying.delete(id);
        seen.delete(id);
      },
    };
  };
  return { store, locks: plainLocks(), wipe: async () => lying.clear() };
}

/** A shared computer: each page has its memory, and that is all. */
export const noDisk = (): Disk => ({
  store: async () => new MemoryStore(),
  locks: plainLocks(),
  wipe: async () => undefined,
});

let number = 0;

/** The real one, sealed: IndexedDB, WebCrypto and Web Locks. */
export function sealedDisk(): Disk {
  number += 1;
  const owner = { workspaceId: "w", userId: `u${number}`, deviceId: `d${number}` };
  const handle = handleOf(newDataKey());
  const locks = webLocks(navigator.locks);
  return {
    store: async () => new DiskStore(await openDatabase(owner), owner, await handle),
    locks: { hold: (name, options) => locks.hold(`${name}-${owner.userId}`, options) },
    wipe: () => deleteDatabase(owner),
  };
}
