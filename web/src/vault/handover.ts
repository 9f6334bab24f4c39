// One tab writes a note at a time: how another takes it over, and how all see what was written.
import type { Keeper } from "./keeper.ts";
import type { NoteRecord } from "./record.ts";
import type { Told } from "./tabs.ts";
import type { Vault } from "./vault.ts";

/** A tab that does not answer for so long is too fast asleep to. */
const ASLEEP = 3000;

export class Handover {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  listen(): () => void {
    // What cannot be read, because another tab deletes this disk, is not shown.
    return this.#vault.world.tabs.hear((told) => void this.#hear(told).catch(() => undefined));
  }

  async take(keeper: Keeper): Promise<void> {
    if (keeper.hold.peek()) return;
    const { locks, store } = this.#vault.world;
    const lock = keeper.record.peek().lock;
    const given = await this.#askFor(lock);
    const hold = (await locks.hold(lock)) ?? (await locks.hold(lock, { steal: true }));
    const { id } = given ?? (await this.#untold(keeper, lock)) ?? keeper.record.peek();
    const onDisk = await store.get(id);
    const latest = given ?? onDisk; // what its disk did not take, the other tab has in its memory
    if (latest) this.#replace(keeper, latest);
    this.#vault.given(keeper, hold);
    keeper.change((record) => ({ ...record })); // so that it is written: from now on it lies with this tab
    await keeper.toDisk();
    void keeper.send();
  }

  /** The tab that had the note began it for itself, and ended before it could tell. */
  #untold(keeper: Keeper, lock: string): Promise<NoteRecord | null> {
    const own = keeper.record.peek().id;
    return this.#vault.untold((record) => record.lock === lock && record.id !== own);
  }

  /** What is there is shown; it may have another key, where each tab began the note for itself. */
  #replace(keeper: Keeper, latest: NoteRecord): void {
    const before = keeper.record.peek().id;
    keeper.show(latest);
    if (latest.id === before) return;
    const keepers = new Map(this.#vault.keepers.peek());
    keepers.delete(before);
    this.#vault.keepers.value = keepers.set(latest.id, keeper);
  }

  #askFor(lock: string): Promise<NoteRecord | null> {
    const { after, tabs } = this.#vault.world;
    return new Promise((resolve) => {
      const end = (record: NoteRecord | null): void => {
        cancel();
        deafen();
        resolve(record);
      };
      const cancel = after(ASLEEP, () => end(null));
      const deafen = tabs.hear((told) => {
        if (told.kind === "given" && told.lock === lock) end(told.record);
      });
      tabs.tell({ kind: "give", lock });
    });
  }

  async #hear(told: Told): Promise<void> {
    if (told.kind === "give") await this.#give(told.lock);
    if (told.kind === "changed") await this.#changed(told.id);
  }

  #keeperOf(lock: string | undefined): Keeper | undefined {
    const keepers = [...this.#vault.keepers.peek().values()];
    return keepers.find((one) => one.record.peek().lock === lock);
  }

  async #give(lock: string): Promise<void> {
    const keeper = this.#keeperOf(lock);
    if (!keeper?.hold.peek()) return;
    await keeper.toDisk();
    const record = keeper.record.peek();
    keeper.drop();
    this.#vault.world.tabs.tell({ kind: "given", lock, record });
  }

  async #changed(id: string): Promise<void> {
    const vault = this.#vault;
    const own = vault.keepers.peek().get(id);
    if (own?.hold.peek()) return;
    if (!vault.world.store.isDisk) return this.#handedOver(id, own);
    const record = await vault.world.store.look(id);
    if (vault.isClosed) return;
    if (record) vault.remember(record);
    else vault.gone(id);
    const shown = this.#keeperOf(record?.lock);
    if (record && shown && !shown.hold.peek()) this.#replace(shown, record);
  }

  /** Another page's memory has it now, which no other can read: here nothing of it waits any more. */
  async #handedOver(id: string, own: Keeper | undefined): Promise<void> {
    await this.#vault.world.store.remove(id);
    this.#vault.gone(id);
    own?.show({ ...own.record.peek(), touched: [], inflight: null, decision: null, wantsFinal: false });
  }
}
