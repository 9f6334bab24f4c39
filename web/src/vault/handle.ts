// A key on the disk that can be used and not read, for the minutes in which a page may have crashed.
import type { Database } from "./database.ts";

/** As long as a page may be left alone before it locks. */
export const HANDLE_MINUTES = 10;

/** Keep it, or keep on keeping the one that is there. */
export async function keepHandle(database: Database, key?: CryptoKey): Promise<void> {
  const from = Date.now();
  const transaction = database.transaction("handle", "readwrite");
  const known = key ?? (await transaction.store.get("handle"))?.key;
  if (known)
    await transaction.store.put({ key: known, from, until: from + HANDLE_MINUTES * 60_000 }, "handle");
  await transaction.done;
}

/** The handle, if it is not stale: a stale one is deleted. A clock that went back makes it stale too. */
export async function readHandle(database: Database): Promise<CryptoKey | null> {
  const found = await database.get("handle", "handle");
  if (!found) return null;
  const at = Date.now();
  if (found.from <= at && at < found.until) return found.key;
  await removeHandle(database);
  return null;
}

export const removeHandle = (database: Database): Promise<void> => database.delete("handle", "handle");
