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
    return this.#vault.world.tabs.hear((told) => void this.#hear(told));
  }

  async take(keeper: Keeper): Promise<void> {
    if (keeper.hold.peek()) return;
    const { locks, store } = this.#vault.world;
    const lock = this.#vault.lockOf(keeper.record.peek());
    const given = await this.#askFor(lock);
    const hold = (await locks.hold(lock)) ?? (await locks.hold(lock, { steal: true }));
    const { id } = given ?? keeper.record.peek();
    const latest = (await store.get(id)) ?? given;
    if (latest) this.#replace(keeper, latest);
    this.#vault.given(keeper, hold);
    void keeper.send();
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

  #keeperOf(lock: string | null): Keeper | undefined {
    const keepers = [...this.#vault.keepers.peek().values()];
    return keepers.find((one) => this.#vault.lockOf(one.record.peek()) === lock);
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
    if (vault.keepers.peek().get(id)?.hold.peek()) return;
    const record = await vault.world.store.get(id);
    if (vault.isClosed) return;
    if (record) vault.remember(record);
    else vault.gone(id);
    const shown = this.#keeperOf(record && vault.lockOf(record));
    if (record && shown && !shown.hold.peek()) this.#replace(shown, record);
  }
}
