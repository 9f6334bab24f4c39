import type { ReadonlySignal } from "@preact/signals";
import type { Locks } from "./locks.ts";
import type { Store } from "./store.ts";
import type { Tabs } from "./tabs.ts";
import type { Wire } from "./wire.ts";

/** What a vault stands in: the browser's, or a test's with a clock and a network of its own. */
export interface World {
  /** Milliseconds since 1970, by the server's clock as far as it is known. */
  now(): number;
  /** Milliseconds of a clock that nobody sets. */
  ticks(): number;
  /** Call back later; the answer is called to give that up. */
  after(milliseconds: number, then: () => void): () => void;
  readonly isOnline: ReadonlySignal<boolean>;
  /** Whether the sign-in is open: nothing is sent otherwise. */
  readonly isOpen: ReadonlySignal<boolean>;
  readonly wire: Wire;
  readonly locks: Locks;
  readonly tabs: Tabs;
  readonly store: Store;
}
