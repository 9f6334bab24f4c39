// When the vault is open, and for whom.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { api } from "../api/client.ts";
import { gate } from "../api/gate.ts";
import { now } from "../core/clock.ts";
import { isOnline } from "../core/online.ts";
import { webLocks } from "./locks.ts";
import { MemoryStore, type Store } from "./store.ts";
import { tabsNamed } from "./tabs.ts";
import { Vault } from "./vault.ts";
import { wireOf } from "./wire.ts";
import type { World } from "./world.ts";

/** Null device: a shared computer, on which nothing is kept. */
export interface Whose {
  workspaceId: string;
  userId: string;
  deviceId: string | null;
}

const opened = signal<Vault | null>(null);
export const vault: ReadonlySignal<Vault | null> = opened;

const isOpen = computed(() => gate.value === "open");

/** Unsent text of a shared computer outlives a lock in this page, for the same person only. */
const held = new Map<string, MemoryStore>();

export function worldOf(whose: Whose, store: Store): World {
  const name = `pazpaz-vault-${whose.deviceId ?? "memory"}-${whose.userId}`;
  const locks = webLocks(globalThis.navigator?.locks);
  return {
    now: () => now().epochMilliseconds,
    after: (milliseconds, then) => {
      const timer = setTimeout(then, milliseconds);
      return () => clearTimeout(timer);
    },
    isOnline,
    isOpen,
    wire: wireOf(api),
    locks: { hold: (one, options) => locks.hold(`pazpaz-${one}-${whose.userId}`, options) },
    tabs: tabsNamed(name),
    store,
  };
}

/** A vault without a disk: what is not sent is in this page only. */
export function openMemory(whose: Whose): void {
  const key = `${whose.workspaceId}|${whose.userId}`;
  const store = held.get(key) ?? new MemoryStore();
  held.set(key, store);
  begin(new Vault(worldOf(whose, store)));
}

function begin(next: Vault): void {
  opened.peek()?.abandon();
  opened.value = next;
  void next.start();
}

/** The vault as soon as somebody opened it. */
export function whenOpen(): Promise<Vault> {
  return new Promise((resolve) => {
    const stop = opened.subscribe((found) => {
      if (!found) return;
      resolve(found);
      queueMicrotask(() => stop());
    });
  });
}

/** What is typed is put away, and nothing of it is left in this tab's memory. */
export async function lockVault(): Promise<void> {
  const open = opened.peek();
  opened.value = null;
  await open?.end();
}

export type Key = { secret: Uint8Array } | { prf: Uint8Array } | { passphrase: string };

export async function createDisk(whose: Whose, _secret: Uint8Array): Promise<void> {
  openMemory(whose);
}

export function openDisk(_whose: Whose, _by: Key | { handle: true }): Promise<boolean> {
  return Promise.resolve(false);
}

export async function wrapAlso(_by: { prf: Uint8Array } | { passphrase: string }): Promise<void> {}

export function wraps(_whose: Whose): Promise<{ secret: boolean; prf: boolean; passphrase: boolean }> {
  return Promise.resolve({ secret: false, prf: false, passphrase: false });
}

export async function destroyVault(_whose: Whose): Promise<void> {
  await lockVault();
}

const things = new Map<string, unknown>();
export const sealedGet = (name: string): Promise<unknown> => Promise.resolve(things.get(name));
export async function sealedPut(name: string, value: unknown): Promise<void> {
  things.set(name, value);
}
