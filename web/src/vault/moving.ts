// From this page's memory to the disk: what was typed before somebody said that this is their own device.

import { createDisk, destroyVault, openDisk, type Whose } from "./life.ts";
import { photoStore, vault } from "./opened.ts";
import { isKept } from "./outbox.ts";
import type { Own } from "./owns.ts";
import type { KeptPhoto, PhotoStore } from "./photostore.ts";
import type { NoteRecord } from "./record.ts";

interface Load {
  notes: NoteRecord[];
  photos: { photo: KeptPhoto; bytes: Uint8Array<ArrayBuffer> }[];
}

/** Make the disk's vault, and leave nothing in memory once the disk has it. */
export async function moveToDisk(from: Whose, own: Own, secret: Uint8Array): Promise<void> {
  await vault.peek()?.putAway();
  const load = await loadOf(photoStore.peek());
  await createDisk(own, secret);
  await unload(load);
  await destroyVault(from); // closes the new one too, which then reads what it was given
  await openDisk(own, { secret });
}

async function loadOf(store: PhotoStore | null): Promise<Load> {
  const notes = vault.peek()?.all().filter(isKept) ?? [];
  const photos: Load["photos"] = [];
  for (const photo of (await store?.all()) ?? []) {
    const bytes = await store?.bytes(photo.id);
    if (bytes) photos.push({ photo, bytes });
  }
  return { notes, photos };
}

async function unload({ notes, photos }: Load): Promise<void> {
  const store = vault.peek()?.world.store;
  for (const record of notes) await store?.put(record);
  for (const { photo, bytes } of photos) await photoStore.peek()?.put(photo, bytes);
}
