import { computed, type ReadonlySignal } from "@preact/signals";
import { vault } from "./opened.ts";
import { isKept } from "./outbox.ts";
import { appointmentOf, type Photo, photoState, photos } from "./photos.ts";
import type { NoteRecord } from "./record.ts";
import { type SaveState, stateOf } from "./state.ts";
import type { Vault } from "./vault.ts";

/** Something of which the server has not said that it has it. */
export interface Waiting {
  clientSessionId: string;
  appointmentId: string | null;
  kind: "note" | "photo";
  state: SaveState["kind"];
  /** Milliseconds since 1970. */
  since: number;
  wantsFinal: boolean;
}

/** Everything that the server has not acknowledged, decisions and wishes with it. */
export const waiting: ReadonlySignal<readonly Waiting[]> = computed(() => {
  const open = vault.value;
  if (!open) return [];
  const notes = open
    .all()
    .filter(isKept)
    .map((record) => waitingOf(open, record));
  return [...notes, ...photos.value.map(photoWaiting)];
});

/** Something would end with this window: neither the disk nor the server has it. */
export const isOnlyInWindow: ReadonlySignal<boolean> = computed(() => {
  const isHeld = vault.value?.world.store.isDisk ?? true;
  return waiting.value.some(({ state }) => !isHeld || state === "saving" || state === "window-only");
});

const photoWaiting = (photo: Photo): Waiting => ({
  clientSessionId: photo.clientSessionId,
  appointmentId: appointmentOf(photo),
  kind: "photo",
  state: photoState(photo),
  since: photo.since,
  wantsFinal: false,
});

const waitingOf = (open: Vault, record: NoteRecord): Waiting => ({
  clientSessionId: record.clientSessionId,
  appointmentId: record.appointmentId,
  kind: "note",
  state: stateIn(open, record),
  since: record.createdAt,
  wantsFinal: record.wantsFinal,
});

function stateIn(open: Vault, record: NoteRecord): SaveState["kind"] {
  const keeper = open.keepers.value.get(record.id);
  if (keeper?.hold.value) return keeper.state.value.kind;
  const { isDisk } = open.world.store;
  return stateOf({ record, isOnDisk: isDisk, isDiskless: !isDisk, isBeingSent: false, isElsewhere: false })
    .kind;
}

/** Try now to send everything. */
export async function sendNow(): Promise<void> {
  await vault.peek()?.sweep();
}
