// Pictures and files of notes that wait to be uploaded: once their note is on the server, one after the other.
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { asProblem, Problem } from "../api/problems.ts";
import { upload } from "../api/uploading.ts";
import { photoStore, vault, whenOpen } from "./opened.ts";
import { hasId } from "./outbox.ts";
import type { KeptPhoto, PhotoStore } from "./photostore.ts";
import type { Bytes } from "./sealed.ts";
import type { Vault } from "./vault.ts";

export interface Photo {
  id: string;
  clientSessionId: string;
  name: string;
  type: string;
  size: number;
  /** Milliseconds since 1970. */
  since: number;
  /** 0 to 1 while it is sent. */
  progress: number | null;
  problem: Problem | null;
}

interface Given {
  clientSessionId: string;
  name: string;
  type: string;
  bytes: Blob;
}

const all = signal<readonly Photo[]>([]);
export const photos: ReadonlySignal<readonly Photo[]> = all;

/** Where it is while the server does not have it: the same words as for a note. */
export function photoState(photo: Photo): "saving" | "on-device" | "window-only" | "refused" {
  if (!isSendable(photo)) return "refused";
  if (photoStore.value?.isDisk) return "on-device";
  const isGoing = photo.progress !== null || (photo.problem === null && vault.value?.world.isOnline.value);
  return isGoing ? "saving" : "window-only";
}

export const appointmentOf = ({ id }: Photo): string | null => kept.get(id)?.appointmentId ?? null;

/** Text must always find room: photos leave this much of the disk free. */
const FREE = 20_000_000;

async function requireRoom(size: number): Promise<void> {
  const { quota, usage } = (await globalThis.navigator?.storage?.estimate?.()) ?? {};
  if (quota !== undefined && quota - (usage ?? 0) < size + FREE) throw new Problem(0, "device-full");
}

/** Resolves once it lies here; its id is the `client_attachment_id`. */
export async function queuePhoto({ clientSessionId, name, type, bytes }: Given): Promise<string> {
  const open = await whenOpen();
  const store = photoStore.peek();
  if (!store) throw new Problem(0, "locked");
  if (store.isDisk) await requireRoom(bytes.size);
  const note = open.find((one) => hasId(one, clientSessionId));
  const id = crypto.randomUUID();
  const whose = {
    clientSessionId,
    appointmentId: note?.appointmentId ?? null,
    sessionId: note?.sessionId ?? null,
  };
  const photo = { id, ...whose, name, type, size: bytes.size, at: Date.now() };
  await store.put(photo, new Uint8Array(await bytes.arrayBuffer())).catch(() => {
    throw new Problem(0, "device-full");
  });
  all.value = [...all.value, shown(photo)];
  kept.set(id, photo);
  await open.wantNote(clientSessionId);
  void sendPhotos();
  return id;
}

const kept = new Map<string, KeptPhoto>();

const shown = ({ id, clientSessionId, name, type, size, at }: KeptPhoto): Photo => ({
  id,
  since: at,
  clientSessionId,
  name,
  type,
  size,
  progress: null,
  problem: null,
});

export async function photoBytes(id: string): Promise<Blob | null> {
  const photo = all.peek().find((one) => one.id === id);
  const bytes = await photoStore.peek()?.bytes(id);
  return photo && bytes ? new Blob([bytes], { type: photo.type }) : null;
}

export async function dropPhoto(id: string): Promise<void> {
  await photoStore.peek()?.remove(id);
  kept.delete(id);
  all.value = all.value.filter((one) => one.id !== id);
}

function change(id: string, to: Partial<Photo>): void {
  all.value = all.value.map((one) => (one.id === id ? { ...one, ...to } : one));
}

const LATER = new Set([0, 401, 403, 408, 429, 500, 502, 503, 504]);
export const isSendable = ({ problem }: Photo): boolean => !problem || LATER.has(problem.status);

let sending: Promise<void> | null = null;
let isAskedAgain = false;

/** Send what waits, once at a time in all tabs; what comes while others are sent goes out after them. */
export function sendPhotos(): Promise<void> {
  isAskedAgain = true;
  sending ??= sendInTurn().finally(() => {
    sending = null;
  });
  return sending;
}

async function sendInTurn(): Promise<void> {
  while (isAskedAgain) {
    isAskedAgain = false;
    await sendAll();
  }
}

/** What was refused may be taken now: somebody made room for it, say. */
export function tryAgain(id: string): void {
  change(id, { problem: null });
  void sendPhotos();
}

async function sendAll(): Promise<void> {
  const store = photoStore.peek();
  const open = vault.peek();
  if (!store || !open) return;
  const { isOpen, isOnline, locks } = open.world;
  const only = store.isDisk ? await locks.hold("photos") : null;
  if (store.isDisk && !only) return;
  try {
    for (const photo of all.peek()) {
      if (photoStore.peek() !== store || !isOpen.peek() || !isOnline.peek()) break;
      if (isSendable(photo)) await sendOne(open, store, photo);
    }
  } finally {
    only?.release();
  }
}

/** The note of the server that it belongs to, as soon as that is known. */
async function noteOf(open: Vault, photo: KeptPhoto): Promise<string | null> {
  const note = open.find((one) => hasId(one, photo.clientSessionId));
  if (note) return note.sessionId;
  if (photo.sessionId ?? photo.appointmentId === null) return photo.sessionId;
  return (await open.world.wire.ofAppointment(photo.appointmentId))?.id ?? null;
}

async function sendOne(open: Vault, store: PhotoStore, { id }: Photo): Promise<void> {
  const photo = kept.get(id);
  try {
    const sessionId = photo && (await noteOf(open, photo));
    const bytes = sessionId && (await store.bytes(id));
    if (!photo || !sessionId || !bytes) return; // its note has to be there first
    await uploaded(sessionId, photo, bytes);
    await dropPhoto(id);
  } catch (error) {
    change(id, { progress: null, problem: asProblem(error) });
  }
}

function uploaded(sessionId: string, photo: KeptPhoto, bytes: Bytes): Promise<void> {
  const form = new FormData();
  form.append("file", new File([bytes], photo.name, { type: photo.type }));
  change(photo.id, { progress: 0, problem: null });
  const path = `/api/v1/sessions/${sessionId}/attachments?client_attachment_id=${photo.id}`;
  return upload(path, form, (progress) => change(photo.id, { progress }));
}

/** What lies here, as soon as the vault is open; nothing after it. */
effect(() => {
  const store = photoStore.value;
  all.value = [];
  kept.clear();
  if (store) void take(store);
});

async function take(store: PhotoStore): Promise<void> {
  const found = await store.all().catch(() => []); // a disk that is gone has none to send
  if (photoStore.peek() !== store) return;
  for (const photo of found) kept.set(photo.id, photo);
  all.value = found.map(shown);
  void sendPhotos();
}

/** Closing the window would end what lies nowhere else. */
const stay = (event: Event): void => event.preventDefault();
effect(() => {
  const isOnlyHere = all.value.length > 0 && !photoStore.value?.isDisk;
  if (isOnlyHere) globalThis.addEventListener?.("beforeunload", stay);
  else globalThis.removeEventListener?.("beforeunload", stay);
});

/** Try again when a note turns up on the server, when the connection is back, and when somebody is signed in again. */
const occasion = computed(() => {
  const open = vault.value;
  const notes = open?.all().map(({ sessionId }) => sessionId);
  return `${open?.world.isOnline.value} ${open?.world.isOpen.value} ${notes}`;
});
effect(() => {
  if (occasion.value && all.peek().length) void sendPhotos();
});
