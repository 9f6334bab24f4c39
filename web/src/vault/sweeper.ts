// Sends what waits on this device and is open nowhere, and tidies up.
import { Keeper } from "./keeper.ts";
import { isKept } from "./outbox.ts";
import type { NoteRecord } from "./record.ts";
import type { Vault } from "./vault.ts";

/** So many drafts stay that the server has all of. */
const LATELY = 20;

/** What was refused is tried again when somebody opens it. */
const isSendable = ({ appointmentId, refused }: NoteRecord): boolean => appointmentId !== null && !refused;

export class Sweeper {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  async run(): Promise<void> {
    await Promise.all([...this.#vault.keepers.peek().values()].map((keeper) => keeper.send()));
    const { store, locks } = this.#vault.world;
    if (!store.isDisk) return this.#sendAll();
    const only = await locks.hold("outbox");
    if (!only) return; // another tab does it
    try {
      await this.#lookAround();
      await this.#sendAll();
      await this.#tidy();
    } finally {
      only.release();
    }
  }

  async #sendAll(): Promise<void> {
    const { isOpen, isOnline } = this.#vault.world;
    for (const record of this.#vault.waiting().filter(isSendable)) {
      if (this.#vault.isClosed || !isOpen.peek() || !isOnline.peek()) break;
      if (!this.#vault.keepers.peek().has(record.id)) await this.#sendOne(record.id);
    }
  }

  /** A tab may have ended before it could tell what it wrote. */
  async #lookAround(): Promise<void> {
    const found = await this.#vault.world.store.all();
    if (!this.#vault.isClosed)
      this.#vault.records.value = new Map(found.map((record) => [record.id, record]));
  }

  /** Whoever holds the note reads it anew first: another tab may have sent it. */
  async #sendOne(id: string): Promise<void> {
    const seen = this.#vault.records.peek().get(id);
    const hold = seen && (await this.#vault.world.locks.hold(seen.lock));
    if (!hold) return;
    const record = await this.#vault.world.store.get(id);
    if (!record || this.#vault.keepers.peek().has(id)) {
      hold.release();
      if (!record) this.#vault.gone(id);
      return;
    }
    const keeper = new Keeper(this.#vault.world, record, null, true);
    this.#vault.keep(keeper);
    this.#vault.given(keeper, hold);
    await keeper.flush();
    if (keeper.openings === 0) this.#vault.forget(keeper);
  }

  /** Drafts written here lately stay, so that they go on without a connection; of the rest the server has all. */
  async #tidy(): Promise<void> {
    const idle = [...this.#vault.records.peek().values()].filter(
      (one) => !isKept(one) && !this.#vault.keepers.peek().has(one.id),
    );
    const drafts = idle.filter(({ status }) => status === "draft");
    const lately = drafts.sort((a, b) => (b.savedAt ?? 0) - (a.savedAt ?? 0)).slice(0, LATELY);
    for (const record of idle.filter((one) => !lately.includes(one))) {
      const hold = await this.#vault.world.locks.hold(record.lock);
      const found = hold && (await this.#vault.world.store.get(record.id));
      if (hold && (!found || !isKept(found))) await this.#vault.remove(record.id);
      hold?.release();
    }
  }
}
