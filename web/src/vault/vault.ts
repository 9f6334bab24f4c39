// What lies on this device for one person: their notes, who holds which, and what still has to be sent.
import { effect, signal } from "@preact/signals";
import { Handover } from "./handover.ts";
import { Keeper } from "./keeper.ts";
import type { Hold } from "./locks.ts";
import { hasId, isKept, isWaiting } from "./outbox.ts";
import type { NoteRecord } from "./record.ts";
import { Sweeper } from "./sweeper.ts";
import type { ServerNote } from "./texts.ts";
import type { World } from "./world.ts";

export const EVERY = 30_000;

export class Vault {
  readonly world: World;
  /** By id, as this tab last saw them. */
  readonly records = signal<ReadonlyMap<string, NoteRecord>>(new Map());
  readonly keepers = signal<ReadonlyMap<string, Keeper>>(new Map());
  readonly #stops: (() => void)[] = [];
  readonly #handover: Handover;
  readonly #sweeper: Sweeper;
  isClosed = false;
  #ready: Promise<void> | null = null;
  #sweeping: Promise<void> | null = null;

  constructor(world: World) {
    this.world = world;
    this.#handover = new Handover(this);
    this.#sweeper = new Sweeper(this);
  }

  /** Read what lies here, and begin to send it. */
  start(): Promise<void> {
    this.#ready ??= this.#start();
    return this.#ready;
  }

  async #start(): Promise<void> {
    const found = await this.world.store.all();
    if (this.isClosed) return;
    this.records.value = new Map(found.map((record) => [record.id, record]));
    this.#stops.push(this.#handover.listen());
    this.#stops.push(effect(() => this.#connected()));
    this.#again();
  }

  #connected(): void {
    if (this.world.isOnline.value && this.world.isOpen.value) this.#sweepQuietly();
  }

  #again(): void {
    const cancel = this.world.after(EVERY, () => {
      if (this.isClosed) return;
      this.#sweepQuietly();
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

  /** What a tab put on the disk, and ended before it could tell of. */
  async untold(is: (record: NoteRecord) => boolean): Promise<NoteRecord | null> {
    const { store } = this.world;
    const found = store.isDisk
      ? (await store.all()).find((record) => isKept(record) && is(record))
      : undefined;
    if (found) this.remember(found);
    return found ?? null;
  }

  /** A note that is not here yet, to be written if no other tab has it. */
  async open(record: NoteRecord, server: ServerNote | null): Promise<Keeper> {
    const keeper = this.#opened(record, server, false);
    this.given(keeper, await this.#holdOf(record));
    return keeper;
  }

  /** A note that lies here, as the last tab that had it left it; null: it was sent meanwhile, and is here no more. */
  async reopen(seen: NoteRecord): Promise<Keeper | null> {
    const known = this.#join(seen.id);
    if (known) return known;
    const hold = await this.#holdOf(seen);
    const record = await this.world.store.get(seen.id);
    const joined = this.#join(seen.id);
    if (!record || joined) hold?.release();
    if (joined || !record) return joined;
    const keeper = this.#opened({ ...record, refused: null }, null, true); // perhaps it is taken now
    this.given(keeper, hold);
    return keeper;
  }

  #holdOf = (record: NoteRecord): Promise<Hold | null> => this.world.locks.hold(record.lock);

  #join(id: string): Keeper | null {
    const known = this.keepers.peek().get(id) ?? null;
    if (known) known.openings += 1;
    return known;
  }

  #opened(record: NoteRecord, server: ServerNote | null, isStored: boolean): Keeper {
    const keeper = new Keeper(this.world, record, server, isStored);
    keeper.openings = 1;
    this.keep(keeper);
    return keeper;
  }

  keep(keeper: Keeper): void {
    this.keepers.value = new Map(this.keepers.peek()).set(keeper.record.peek().id, keeper);
  }

  /** A tab that lost its hold, because another took it, only shows from then on. */
  given(keeper: Keeper, hold: Hold | null): void {
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
    if (keeper.openings === 0) this.forget(keeper);
  }

  forget(keeper: Keeper): void {
    const keepers = new Map(this.keepers.peek());
    keepers.delete(keeper.record.peek().id);
    if (keeper.isStored) this.remember(keeper.record.peek());
    keeper.drop();
    this.keepers.value = keepers;
  }

  /** A note that is no more: another takes its place. */
  async discard(keeper: Keeper): Promise<void> {
    const { id } = keeper.record.peek();
    this.forget(keeper);
    await this.remove(id);
  }

  async remove(id: string): Promise<void> {
    await this.world.store.remove(id).catch(() => undefined);
    this.gone(id);
    this.world.tabs.tell({ kind: "changed", id });
  }

  remember(record: NoteRecord): void {
    this.records.value = new Map(this.records.peek()).set(record.id, record);
  }

  /** A disk that is closed meanwhile, by a lock here or elsewhere, is swept when it is opened again. */
  #sweepQuietly(): void {
    this.sweep().catch(() => undefined);
  }

  /** Send everything that waits here and that no other tab has open. */
  sweep(): Promise<void> {
    const ended = (error: unknown): void => {
      if (!this.isClosed) throw error; // the disk was closed under it: whoever opens the vault next sends
    };
    this.#sweeping ??= this.#sweeper
      .run()
      .catch(ended)
      .finally(() => {
        this.#sweeping = null;
      });
    return this.#sweeping;
  }

  gone(id: string): void {
    const records = new Map(this.records.peek());
    records.delete(id);
    this.records.value = records;
  }

  /** A file waits for this note. */
  async wantNote(clientSessionId: string): Promise<void> {
    const seen = this.find((one) => hasId(one, clientSessionId));
    if (!seen || seen.sessionId !== null) return;
    const keeper = await this.reopen(seen);
    if (!keeper) return;
    keeper.change((record) => ({
      ...record,
      wantsNote: true,
      createdAt: record.createdAt || this.world.now(),
    }));
    await keeper.toDisk();
    keeper.sendSoon(0);
    await this.close(keeper);
  }

  /** Take a note over that another tab writes. */
  takeOver(keeper: Keeper): Promise<void> {
    return this.#handover.take(keeper);
  }

  /** Everything typed is put on the disk, or into the memory that outlives a lock. */
  async putAway(): Promise<void> {
    await Promise.all([...this.keepers.peek().values()].map((keeper) => keeper.toDisk()));
  }

  /** Nothing is left here, and nothing goes on. */
  abandon(): void {
    this.isClosed = true;
    for (const stop of this.#stops) stop();
    for (const keeper of this.keepers.peek().values()) keeper.drop();
    this.keepers.value = new Map();
    this.records.value = new Map();
    this.world.tabs.close();
  }
}
