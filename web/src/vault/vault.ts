// What lies on this device for one person: their notes, who holds which, and what still has to be sent.
import { effect, signal } from "@preact/signals";
import { Keeper } from "./keeper.ts";
import type { Hold } from "./locks.ts";
import { isKept, isWaiting } from "./outbox.ts";
import type { NoteRecord } from "./record.ts";
import type { Told } from "./tabs.ts";
import type { ServerNote } from "./texts.ts";
import type { World } from "./world.ts";

export const EVERY = 30_000;

export class Vault {
  readonly world: World;
  /** By id, as this tab last saw them. */
  readonly records = signal<ReadonlyMap<string, NoteRecord>>(new Map());
  readonly keepers = signal<ReadonlyMap<string, Keeper>>(new Map());
  readonly #stops: (() => void)[] = [];
  #isClosed = false;
  #sweeping: Promise<void> | null = null;

  constructor(world: World) {
    this.world = world;
  }

  /** Read what lies here, and begin to send it. */
  async start(): Promise<void> {
    const found = await this.world.store.all();
    this.records.value = new Map(found.map((record) => [record.id, { ...record, refused: null }]));
    this.#stops.push(this.world.tabs.hear((told) => void this.#hear(told)));
    this.#stops.push(effect(() => this.#connected()));
    this.#again();
  }

  #connected(): void {
    if (this.world.isOnline.value && this.world.isOpen.value) void this.sweep();
  }

  #again(): void {
    const cancel = this.world.after(EVERY, () => {
      if (this.#isClosed) return;
      if (this.waiting().length) void this.sweep();
      this.#again();
    });
    this.#stops.push(cancel);
  }

  /** What the server has not acknowledged, as it stands in this tab. */
  waiting(): NoteRecord[] {
    return this.all().filter(isWaiting);
  }

  all(): NoteRecord[] {
    const keepers = this.keepers.value;
    const known = new Map(this.records.value);
    for (const [id, keeper] of keepers) known.set(id, keeper.record.value);
    return [...known.values()];
  }

  find(is: (record: NoteRecord) => boolean): NoteRecord | null {
    return this.all().find(is) ?? null;
  }

  lockOf = (record: NoteRecord): string => record.appointmentId ?? record.clientSessionId;

  /** The note, to be written if no other tab has it. */
  async open(record: NoteRecord, server: ServerNote | null, isStored: boolean): Promise<Keeper> {
    const known = this.keepers.peek().get(record.id);
    if (known) {
      known.openings += 1;
      return known;
    }
    const keeper = new Keeper(this.world, record, server, isStored);
    keeper.openings = 1;
    this.#keep(keeper);
    this.#given(keeper, await this.world.locks.hold(this.lockOf(record)));
    return keeper;
  }

  #keep(keeper: Keeper): void {
    this.keepers.value = new Map(this.keepers.peek()).set(keeper.record.peek().id, keeper);
  }

  /** A tab that lost its hold, because another took it, only shows from then on. */
  #given(keeper: Keeper, hold: Hold | null): void {
    keeper.hold.value = hold;
    void hold?.lost.then(() => {
      if (keeper.hold.peek() === hold) keeper.drop();
    });
  }

  /** Nobody here shows it any more: it is put on the disk, sent if that can be, and given free. */
  async close(keeper: Keeper): Promise<void> {
    keeper.openings -= 1;
    await keeper.toDisk();
    if (keeper.openings > 0) return;
    void this.#leave(keeper);
  }

  async #leave(keeper: Keeper): Promise<void> {
    await keeper.flush(true);
    if (keeper.openings > 0) return;
    this.#forget(keeper);
  }

  #forget(keeper: Keeper): void {
    const keepers = new Map(this.keepers.peek());
    keepers.delete(keeper.record.peek().id);
    this.#remember(keeper.record.peek());
    keeper.drop();
    this.keepers.value = keepers;
  }

  #remember(record: NoteRecord): void {
    const records = new Map(this.records.peek());
    if (isKept(record)) records.set(record.id, record);
    else records.delete(record.id);
    this.records.value = records;
  }

  /** Send everything that waits here and that no other tab has open. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweepNow().finally(() => {
      this.#sweeping = null;
    });
    return this.#sweeping;
  }

  async #sweepNow(): Promise<void> {
    await Promise.all([...this.keepers.peek().values()].map((keeper) => keeper.send()));
    const { store, locks } = this.world;
    const only = store.isDisk ? await locks.hold("outbox") : null;
    if (store.isDisk && !only) return; // another tab does it
    try {
      for (const record of this.waiting()) {
        if (this.#isClosed || !this.world.isOpen.peek() || !this.world.isOnline.peek()) break;
        if (!this.keepers.peek().has(record.id)) await this.#sendOne(record.id);
      }
    } finally {
      only?.release();
    }
  }

  /** Whoever holds the note reads it anew first: another tab may have sent it. */
  async #sendOne(id: string): Promise<void> {
    const seen = this.records.peek().get(id);
    const hold = seen && (await this.world.locks.hold(this.lockOf(seen)));
    if (!hold) return;
    const record = await this.world.store.get(id);
    if (!record || this.keepers.peek().has(id)) {
      hold.release();
      if (!record) this.#gone(id);
      return;
    }
    const keeper = new Keeper(this.world, record, null, true);
    this.#keep(keeper);
    this.#given(keeper, hold);
    await keeper.flush();
    if (keeper.openings === 0) this.#forget(keeper);
  }

  #gone(id: string): void {
    const records = new Map(this.records.peek());
    records.delete(id);
    this.records.value = records;
  }

  /** Take a note over that another tab writes; it hands over what it has, or is too fast asleep to. */
  async takeOver(keeper: Keeper): Promise<void> {
    if (keeper.hold.peek()) return;
    const lock = this.lockOf(keeper.record.peek());
    const given = await this.#askFor(lock);
    const hold = (await this.world.locks.hold(lock)) ?? (await this.world.locks.hold(lock, { steal: true }));
    const { id } = keeper.record.peek();
    const latest = given ?? (await this.world.store.get(id));
    if (latest) this.#replace(keeper, latest);
    this.#given(keeper, hold);
    void keeper.send();
  }

  #replace(keeper: Keeper, latest: NoteRecord): void {
    const before = keeper.record.peek().id;
    keeper.show(latest);
    if (latest.id === before) return;
    const keepers = new Map(this.keepers.peek());
    keepers.delete(before);
    this.keepers.value = keepers.set(latest.id, keeper);
  }

  #askFor(lock: string): Promise<NoteRecord | null> {
    return new Promise((resolve) => {
      const end = (record: NoteRecord | null): void => {
        cancel();
        deafen();
        resolve(record);
      };
      const cancel = this.world.after(3000, () => end(null));
      const deafen = this.world.tabs.hear((told) => {
        if (told.kind === "given" && told.lock === lock) end(told.record);
      });
      this.world.tabs.tell({ kind: "give", lock });
    });
  }

  async #hear(told: Told): Promise<void> {
    if (told.kind === "give") await this.#give(told.lock);
    if (told.kind === "changed") await this.#changed(told.id);
  }

  async #give(lock: string): Promise<void> {
    const keeper = [...this.keepers.peek().values()].find(
      (one) => one.hold.peek() && this.lockOf(one.record.peek()) === lock,
    );
    if (!keeper) return;
    await keeper.toDisk();
    const record = keeper.record.peek();
    keeper.drop();
    this.world.tabs.tell({ kind: "given", lock, record });
  }

  async #changed(id: string): Promise<void> {
    const keeper = this.keepers.peek().get(id);
    if (keeper?.hold.peek()) return;
    const record = await this.world.store.get(id);
    if (this.#isClosed) return;
    if (record) this.#remember(record);
    else this.#gone(id);
    if (record && keeper && !keeper.hold.peek()) keeper.show(record);
  }

  /** Everything typed is put on the disk and sent if that can be; then nothing of it is left in this tab's memory. */
  async end(): Promise<void> {
    await Promise.all([...this.keepers.peek().values()].map((keeper) => keeper.toDisk()));
    this.abandon();
  }

  /** As `end`, without the last write: what a crash does. */
  abandon(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    for (const keeper of this.keepers.peek().values()) keeper.drop();
    this.keepers.value = new Map();
    this.records.value = new Map();
    this.world.tabs.close();
  }
}
