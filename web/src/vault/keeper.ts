// One note that is open in this tab for writing: what is typed goes to the disk, then to the server.
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Hold } from "./locks.ts";
import { isKept, isWaiting, typed } from "./outbox.ts";
import type { NoteRecord } from "./record.ts";
import { Sender } from "./sender.ts";
import { type SaveState, stateOf } from "./state.ts";
import type { Field, ServerNote } from "./texts.ts";
import type { World } from "./world.ts";

const PAUSE = 250;
const LONGEST = 400;
const SEND_AFTER = 1200;
const SEND_EVERY = 5000;
/** Whoever types on and on is saved all the same. */
const SEND_BY = 10_000;

export class Keeper {
  readonly record;
  readonly server;
  readonly state: ReadonlySignal<SaveState>;
  readonly hold = signal<Hold | null>(null);
  /** How many parts of the screen have it open. */
  openings = 0;
  readonly world: World;
  readonly #sender: Sender;
  readonly #onDisk = signal<NoteRecord | null>(null);
  readonly #isBroken = signal(false);
  readonly #isDue = signal(false);
  isStored: boolean;
  #writing: Promise<void> | null = null;
  #toDisk: { cancel: () => void; at: number } | null = null;
  #toServer: (() => void) | null = null;
  #dueSince: number | null = null;
  #notBefore = 0;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(world: World, record: NoteRecord, server: ServerNote | null, isStored: boolean) {
    this.world = world;
    this.record = signal(record);
    this.server = signal(server);
    this.isStored = isStored;
    if (isStored) this.#onDisk.value = record;
    this.#sender = new Sender(world, this);
    this.state = computed(() => this.#stateNow());
  }

  #stateNow(): SaveState {
    const { isOnline, isOpen, store } = this.world;
    const canSend = isOnline.value && isOpen.value && !this.#sender.isHindered.value;
    return stateOf({
      record: this.record.value,
      isOnDisk: store.isDisk && this.#onDisk.value === this.record.value,
      isDiskless: !store.isDisk || this.#isBroken.value,
      isBeingSent: canSend && (this.#sender.isSending.value || this.#isDue.value),
      isElsewhere: this.hold.value === null,
    });
  }

  write(field: Field, text: string): void {
    if (!this.hold.peek()) return;
    const now = this.world.now();
    const next = typed(this.record.peek(), field, text, now);
    if (next === this.record.peek()) return;
    batch(() => {
      this.record.value = next;
      this.#isDue.value = true;
    });
    this.#writeSoon();
    this.sendSoon();
  }

  /** Everything but typing: from the sender, or from a decision. Nothing is changed by a tab that does not hold the note. */
  change(to: (record: NoteRecord) => NoteRecord): void {
    if (this.hold.peek()) this.record.value = to(this.record.peek());
  }

  #writeSoon(): void {
    const now = this.world.ticks();
    const last = this.#toDisk?.at ?? now + LONGEST;
    this.#toDisk?.cancel();
    const wait = Math.max(0, Math.min(PAUSE, last - now));
    this.#toDisk = { cancel: this.world.after(wait, () => void this.toDisk()), at: last };
  }

  sendSoon(wait = this.#pause()): void {
    this.#toServer?.();
    this.#isDue.value = isWaiting(this.record.peek());
    this.#toServer = this.world.after(wait, () => void this.send());
  }

  /** After the last key, not too often, not for ever later, and not before the server wants to hear of it again. */
  #pause(): number {
    const now = this.world.ticks();
    this.#dueSince ??= now;
    const last = Math.min(now + SEND_AFTER, this.#dueSince + SEND_BY);
    return Math.max(0, last - now, this.#sentAt + SEND_EVERY - now, this.#notBefore - now);
  }

  /** The server asked to be left alone for so long. */
  leaveAlone(milliseconds: number): void {
    this.#notBefore = this.world.ticks() + milliseconds;
  }

  /** Put what is here on the disk; one write at a time, the newest last. Whether the disk has it. */
  async toDisk(): Promise<boolean> {
    this.#toDisk?.cancel();
    this.#toDisk = null;
    while (this.hold.peek() && this.#onDisk.peek() !== this.record.peek()) {
      this.#writing ??= this.#writeNow().finally(() => {
        this.#writing = null;
      });
      await this.#writing;
      if (this.#isBroken.peek()) return false;
    }
    return this.#onDisk.peek() === this.record.peek();
  }

  async #writeNow(): Promise<void> {
    const record = this.record.peek();
    const { store, tabs } = this.world;
    try {
      // What was only read is not kept.
      if (isKept(record) || this.isStored) await store.put(record);
      this.isStored ||= isKept(record);
      this.#isBroken.value = false;
      this.#onDisk.value = record;
      tabs.tell({ kind: "changed", id: record.id });
    } catch {
      this.#isBroken.value = true; // quota, or a disk that is gone: the text is in this window
      // What lies there is older than what the server has.
      if (!isKept(record)) await store.remove(record.id).catch(() => undefined);
    }
  }

  /** Send what waits, if anything can be sent; resolves when nothing more can be done now. */
  async send(isLast = false): Promise<void> {
    if (this.world.ticks() < this.#notBefore) return; // what is planned for then stays
    this.#toServer?.();
    this.#toServer = null;
    this.#dueSince = null;
    this.#sentAt = this.world.ticks();
    await this.#sender.run(isLast);
    this.#isDue.value = this.#toServer !== null;
  }

  async flush(isLast = false): Promise<void> {
    await this.toDisk();
    await this.send(isLast);
    await this.toDisk();
  }

  /** Whether the server told what it has. */
  refresh = (): Promise<boolean> => this.#sender.refresh();
  decided = (): Promise<void> => this.#sender.decided();

  /** Another tab has it now, or nobody here needs it. */
  drop(): void {
    this.#toDisk?.cancel();
    this.#toServer?.();
    const held = this.hold.peek();
    this.hold.value = null;
    held?.release();
  }

  /** What another tab wrote. */
  show(record: NoteRecord): void {
    this.isStored = true;
    this.#onDisk.value = record;
    this.record.value = record;
  }
}
