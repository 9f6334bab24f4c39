// What is done to this device's vault without opening it.
import { hasDatabase, openDatabase } from "./database.ts";
import { removeHandle } from "./handle.ts";
import type { Own } from "./owns.ts";

/** How many notes and photos wait in it: they have no names on the disk. */
export async function countSealed(own: Own): Promise<number> {
  if (!(await hasDatabase(own))) return 0;
  const database = await openDatabase(own);
  const notes = await database.getAll("notes");
  const photos = await database.count("photos");
  database.close();
  return notes.filter(({ waits }) => waits).length + photos;
}

/** Nothing opens it any more without a key. */
export async function dropHandle(own: Own): Promise<void> {
  if (!(await hasDatabase(own))) return;
  const database = await openDatabase(own);
  await removeHandle(database);
  database.close();
}
