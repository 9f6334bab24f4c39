// A device with its disk and its tabs, each of which may end at any step.
import { effect, signal } from "@preact/signals";
import type { Locks } from "../../../src/vault/locks.ts";
import { beginIn, decidedIn, type OpenNote, openIn } from "../../../src/vault/opening.ts";
import { isKept } from "../../../src/vault/outbox.ts";
import type { NoteRecord } from "../../../src/vault/record.ts";
import type { Store } from "../../../src/vault/store.ts";
import type { Tabs, Told } from "../../../src/vault/tabs.ts";
import type { Texts } from "../../../src/vault/texts.ts";
import { Vault } from "../../../src/vault/vault.ts";
import type { World } from "../../../src/vault/world.ts";
import type { History } from "./history.ts";
import { type Fate, Network } from "./network.ts";

/** What a browser keeps for all its tabs. */
export interface Disk {
  store(): Promise<Store>;
  locks: Locks;
  wipe(): Promise<void>;
}

export class Browser {
  readonly isOnline = signal(true);
  readonly isOpen = signal(true);
  isSignedIn = true;
  isFull = false;
  clockAhead = 0;
  credential = "";
  fates: Fate[] = [];
  tabs: Tab[] = [];
  readonly listeners = new Map<Tab, Set<(told: Told) => void>>();
  name: string;
  readonly disk: Disk;
  readonly history: History;

  constructor(name: string, disk: Disk, history: History) {
    this.name = name;
    this.disk = disk;
    this.history = history;
  }

  async openTab(): Promise<Tab> {
    const tab = new Tab(this, await this.disk.store());
    this.tabs.push(tab);
    tab.start();
    return tab;
  }

  async signIn(): Promise<void> {
    this.credential = await this.history.backend.signIn(this.name);
    this.isSignedIn = true;
    this.isOpen.value = true;
  }
}

let pages = 0;

export class Tab {
  readonly browser: Browser;
  readonly isDisk: boolean;
  readonly #page = ++pages;
  readonly vault: Vault;
  notes: OpenNote[] = [];
  isDead = false;
  /** Steps until it ends, if it is to end. */
  fuse = Number.POSITIVE_INFINITY;
  readonly #timers = new Set<() => void>();
  #unwatch = (): void => undefined;

  constructor(browser: Browser, store: Store) {
    this.browser = browser;
    this.isDisk = store.isDisk;
    this.vault = new Vault(this.#world(store));
  }

  /** Whose words they are: without a disk a page knows nothing of the one before it. */
  get device(): string {
    return this.isDisk ? this.browser.name : `${this.browser.name} (page ${this.#page})`;
  }

  #world(store: Store): World {
    const { browser } = this;
    const { history } = browser;
    return {
      now: () => history.startedAt + history.clock.now + browser.clockAhead,
      ticks: () => history.clock.now,
      after: (milliseconds, then) => {
        const cancel = history.clock.after(milliseconds, then);
        this.#timers.add(cancel);
        return cancel;
      },
      isOnline: browser.isOnline,
      isOpen: browser.isOpen,
      wire: new Network(this, history),
      locks: this.#locks(),
      tabs: this.#tabs(),
      store: this.#store(store),
    };
  }

  /** A tab that ends gives free what it held. */
  #locks(): Locks {
    return {
      hold: async (name, options) => {
        if (this.isDead) return null;
        const hold = await this.browser.disk.locks.hold(name, options);
        if (hold) this.#timers.add(hold.release);
        if (this.isDead) hold?.release();
        return hold;
      },
    };
  }

  #tabs(): Tabs {
    const { listeners } = this.browser;
    listeners.set(this, new Set());
    return {
      tell: (told) => {
        const copy = structuredClone(told);
        const others = [...listeners].filter(([tab]) => tab !== this).flatMap(([, all]) => [...all]);
        for (const listener of this.isDead ? [] : others) setImmediate(() => listener(copy));
      },
      hear: (listener) => {
        listeners.get(this)?.add(listener);
        return () => listeners.get(this)?.delete(listener);
      },
      close: () => listeners.delete(this),
    };
  }

  #store(store: Store): Store {
    const { history } = this.browser;
    const at = <T>(work: () => Promise<T>): Promise<T> => history.busy(work, this);
    return {
      isDisk: store.isDisk,
      all: () => at(() => store.all()),
      look: (id) => at(() => store.look(id)),
      get: (id) => at(() => store.get(id)),
      put: (record) =>
        at(async () => {
          await this.step();
          if (this.browser.isFull) throw new Error("the disk is full");
          await store.put(record);
          if (store.isDisk) history.law.onDisk(record.texts);
          history.lay(this.device, record);
          await this.step();
        }),
      remove: (id) => at(() => store.remove(id)),
    };
  }

  /** One step on; the last one never ends. */
  async step(): Promise<void> {
    this.fuse -= 1;
    if (this.fuse <= 0) this.crash();
    if (this.isDead) throw new Ended();
  }

  start(): void {
    void this.vault.start();
    this.#unwatch = effect(() => this.#watch());
  }

  #watch(): void {
    for (const keeper of this.vault.keepers.value.values()) {
      this.browser.history.law.saw(this.device, keeper.record.value.texts);
    }
  }

  crash(): void {
    if (this.isDead) return;
    this.isDead = true;
    // What a full disk did not take ends with the page: its older text meets the newer one that was sent.
    const { law, backend } = this.browser.history;
    if (this.browser.isFull) for (const place of backend.appointments) law.disturbed.add(place);
    this.#unwatch();
    this.vault.abandon();
    for (const end of this.#timers) end();
    this.browser.tabs = this.browser.tabs.filter((tab) => tab !== this);
  }

  open(appointmentId: string | null): void {
    const opening = appointmentId === null ? beginIn(this.vault) : openIn(this.vault, { appointmentId });
    opening.then(
      (note) => this.notes.push(note),
      () => undefined,
    );
  }

  decided = (clientSessionId: string): Promise<void> =>
    decidedIn(this.vault, clientSessionId).catch(() => undefined);

  /** Whether each open note says no more than is true. */
  check(): void {
    const { law } = this.browser.history;
    const name = this.device;
    for (const keeper of this.vault.keepers.peek().values()) {
      const { kind } = keeper.state.peek();
      const record: NoteRecord = keeper.record.peek();
      const isTrue = kind !== "saved" || law.isSaved(record.sessionId, record.base?.version, record.texts);
      if (!isTrue)
        law.broken.push(`${name} says saved of what the server does not have: ${JSON.stringify(record)}`);
      if (kind === "on-device" && !this.browser.history.lies(name, record)) {
        law.broken.push(`${name} says that it is on the device, and it is not`);
      }
    }
  }

  isKept = (): boolean => this.vault.all().some(isKept);
  texts = (): Texts[] => this.vault.all().map(({ texts }) => texts);
}

/** A tab is no more: what waits in it waits for ever. */
export class Ended extends Error {}
