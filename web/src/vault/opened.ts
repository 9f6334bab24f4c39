// What there is while the vault is open, and how it ends.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { api } from "../api/client.ts";
import { gate, isOnItsOwn } from "../api/gate.ts";
import { now } from "../core/clock.ts";
import { isOnline } from "../core/online.ts";
import type { Database } from "./database.ts";
import type { Things } from "./disk.ts";
import { HANDLE_MINUTES, keepHandle } from "./handle.ts";
import { webLocks } from "./locks.ts";
import { isKept } from "./outbox.ts";
import type { PhotoStore } from "./photostore.ts";
import type { Bytes, Owner } from "./sealed.ts";
import { MemoryStore, type Store } from "./store.ts";
import { tabsNamed } from "./tabs.ts";
import type { Vault } from "./vault.ts";
import { askChanges, watchNotes } from "./watching.ts";
import { wireOf } from "./wire.ts";
import type { World } from "./world.ts";

/** Null device: a shared computer, on which nothing is kept. */
export interface Whose {
  workspaceId: string;
  userId: string;
  deviceId: string | null;
}

/** What there is while the vault is open, and gone after it. */
export interface Open {
  whose: Whose;
  vault: Vault;
  things: Pick<Things, "get" | "put">;
  photos: PhotoStore;
  disk: { database: Database; owner: Owner; dataKey: Bytes | null } | null;
  end: () => void;
}

export const opened = signal<Open | null>(null);
export const vault: ReadonlySignal<Vault | null> = computed(() => opened.value?.vault ?? null);
export const photoStore: ReadonlySignal<PhotoStore | null> = computed(() => opened.value?.photos ?? null);
/** Nothing goes out before the server has said whose sign-in it would go by. */
const isOpen = computed(() => gate.value === "open" && !isOnItsOwn.value);

export function worldOf(whose: Whose, store: Store): World {
  const locks = webLocks(globalThis.navigator?.locks);
  return {
    now: () => now().epochMilliseconds,
    ticks: () => performance.now(),
    after: (milliseconds, then) => {
      const timer = setTimeout(then, milliseconds);
      return () => clearTimeout(timer);
    },
    isOnline,
    isOpen,
    wire: wireOf(api),
    locks: {
      hold: (one, options) => {
        const kind = one === "outbox" ? "pazpaz-outbox" : `pazpaz-note-${one}`;
        return locks.hold(`${kind}-${whose.userId}`, options);
      },
    },
    tabs: tabsNamed(`pazpaz-vault-${whose.deviceId ?? "memory"}-${whose.userId}`),
    store,
  };
}

export function begin(next: Omit<Open, "end">): void {
  opened.peek()?.end();
  const { tabs } = next.vault.world;
  const deafen = tabs.hear((told) => {
    if (told.kind === "locked") void shut();
  });
  const watching = watchNotes(next.vault, askChanges, isVisible);
  const stops = [deafen, putAwayWhenHidden(next.vault), renewing(next), watching];
  const end = (): void => {
    for (const stop of stops) stop();
    next.vault.abandon();
    next.disk?.database.close();
  };
  opened.value = { ...next, end };
  next.vault.start().catch(() => undefined); // whoever waits for it hears of it
}

const isVisible = (): boolean => globalThis.document?.visibilityState === "visible";

/** A page that is hidden may never be shown again. */
function putAwayWhenHidden(open: Vault): () => void {
  const putAway = (): void => {
    if (globalThis.document?.visibilityState === "visible") return;
    for (const keeper of open.keepers.peek().values()) void keeper.toDisk();
  };
  const names = ["visibilitychange", "pagehide", "freeze"] as const;
  for (const name of names) globalThis.addEventListener?.(name, putAway, { capture: true });
  return () => {
    for (const name of names) globalThis.removeEventListener?.(name, putAway, { capture: true });
  };
}

/** The handle is good for as long as the page is there, and a little longer: a crash, a reload without a connection. */
function renewing({ disk }: Omit<Open, "end">): () => void {
  if (!disk) return () => undefined;
  const timer = setInterval(() => void keepHandle(disk.database).catch(() => undefined), 60_000);
  const forgetting = setTimeout(() => forgetDataKey(disk), HANDLE_MINUTES * 60_000);
  return () => {
    clearInterval(timer);
    clearTimeout(forgetting);
    forgetDataKey(disk);
  };
}

export function forgetDataKey(disk: NonNullable<Open["disk"]>): void {
  disk.dataKey?.fill(0);
  disk.dataKey = null;
}

/** The vault as soon as somebody opened it, and what lies there has been read. */
export async function whenOpen(): Promise<Vault> {
  const open = vault.peek() ?? (await nextOpen());
  await open.start();
  return vault.peek() === open ? open : whenOpen();
}

function nextOpen(): Promise<Vault> {
  return new Promise((resolve) => {
    const stop = vault.subscribe((found) => {
      if (!found) return;
      resolve(found);
      queueMicrotask(() => stop());
    });
  });
}

export async function shut(): Promise<void> {
  const open = opened.peek();
  if (!open) return;
  opened.value = null;
  await open.vault.putAway();
  const { store } = open.vault.world;
  if (store instanceof MemoryStore) store.forget((record) => !isKept(record));
  open.end();
}
