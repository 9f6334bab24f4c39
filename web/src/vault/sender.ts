// Sends one note: each request is on the disk before it leaves, and nothing follows one that has no answer.
import { signal } from "@preact/signals";
import { asProblem } from "../api/problems.ts";
import type { Hold } from "./locks.ts";
import { decided, discarded, plan, read, refusedBy, type Step, saved, synced, type Then } from "./outbox.ts";
import type { Inflight, NoteRecord } from "./record.ts";
import type { ServerNote } from "./texts.ts";
import type { World } from "./world.ts";

const AGAIN = 30_000;
/** More answers than this in a row, and something is wrong that a pause may mend. */
const MOST = 12;

/** The note that is sent, as `keeper.ts` has it. */
interface Kept {
  readonly record: { peek(): NoteRecord };
  readonly hold: { peek(): Hold | null };
  readonly server: { value: ServerNote | null };
  change(to: (record: NoteRecord) => NoteRecord): void;
  toDisk(): Promise<boolean>;
  sendSoon(wait: number): void;
  leaveAlone(milliseconds: number): void;
}

export class Sender {
  readonly isSending = signal(false);
  /** The last attempt came to nothing. */
  readonly isHindered = signal(false);
  readonly #world: World;
  readonly #kept: Kept;
  #running: Promise<void> | null = null;

  constructor(world: World, kept: Kept) {
    this.#world = world;
    this.#kept = kept;
  }

  /** Once at a time: who comes while it runs waits for it, and then for what is left. */
  async run(isLast: boolean): Promise<void> {
    while (this.#running) await this.#running;
    await this.#alone(() => this.#drain(isLast));
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    this.#running = work().finally(() => {
      this.#running = null;
      this.isSending.value = false;
    });
    await this.#running;
  }

  #canSend = (): boolean => this.#kept.hold.peek() !== null && this.#world.isOpen.peek();

  async #drain(isLast: boolean): Promise<void> {
    for (let count = 0; count < MOST && this.#canSend(); count += 1) {
      const { record, send } = plan(this.#kept.record.peek(), { now: this.#world.now(), isLast });
      this.#kept.change(() => record);
      if (!send) break;
      this.isSending.value = true;
      await this.#kept.toDisk();
      if (!this.#canSend()) break;
      const then = await this.#exchange(send);
      this.isHindered.value = then.do === "wait" || then.do === "stop";
      if (then.do === "wait") this.#later(then.seconds);
      if (this.isHindered.peek()) break;
    }
    await this.#kept.toDisk();
  }

  #later(seconds: number | null): void {
    const wait = (seconds ?? 0) * 1000 || AGAIN;
    if (seconds) this.#kept.leaveAlone(wait);
    this.#kept.sendSoon(wait + Math.random() * 2000);
  }

  async #exchange(sent: Inflight): Promise<Then> {
    const answered = await this.#ask(sent);
    const then = this.#take(answered);
    return then.do === "read" ? this.#read(then.sessionId, then.isTaken) : then;
  }

  /** The step that follows an answer; it is made on the record as it is then, with what was typed meanwhile. */
  async #ask(sent: Inflight): Promise<(record: NoteRecord) => Step> {
    const { wire } = this.#world;
    const record = this.#kept.record.peek();
    try {
      if (sent.kind === "sync") {
        const result = await wire.sync(record, sent);
        return (now) => synced(now, result);
      }
      const note = await (sent.kind === "put" ? wire.save(record, sent) : wire.create(record, sent));
      return this.#learnt(note, (now) => saved(now, note, this.#world.now()));
    } catch (error) {
      const problem = asProblem(error);
      return (now) => refusedBy(now, problem);
    }
  }

  #learnt(note: ServerNote, step: (record: NoteRecord) => Step): (record: NoteRecord) => Step {
    this.#kept.server.value = note;
    return step;
  }

  #take(step: (record: NoteRecord) => Step): Then {
    let then: Then = { do: "stop" };
    this.#kept.change((record) => {
      const made = step(record);
      then = made.then;
      return made.record;
    });
    return then;
  }

  async #read(sessionId: string, isTaken: boolean): Promise<Then> {
    try {
      const note = await this.#world.wire.read(sessionId);
      return this.#take(this.#learnt(note, (record) => read(record, note, this.#world.now(), isTaken)));
    } catch (error) {
      const { status, retryAfter } = asProblem(error);
      return status === 401 || status === 403 ? { do: "stop" } : { do: "wait", seconds: retryAfter };
    }
  }

  /** Take over the server's note as it is, if it can be read; what is under way comes first. */
  async refresh(): Promise<boolean> {
    await this.run(false);
    let isRead = false;
    await this.#alone(async () => {
      const { sessionId, inflight, decision } = this.#kept.record.peek();
      if (inflight || !this.#canSend()) return;
      const isOver = decision?.conflictId != null && (await this.#takeDecision(decision.conflictId, false));
      isRead = isOver || (sessionId !== null && (await this.#readNow(sessionId)));
      await this.#kept.toDisk();
    });
    return isRead;
  }

  async #readNow(sessionId: string): Promise<boolean> {
    const note = await this.#world.wire.read(sessionId);
    this.#take(this.#learnt(note, (record) => read(record, note, this.#world.now())));
    return true;
  }

  /** What somebody decided, if they have: the note goes on, or the one that took the text if this takes none. */
  async #takeDecision(conflictId: string, isHere: boolean): Promise<boolean> {
    const { isOpen, appliedTo } = await this.#world.wire.decision(conflictId);
    if (isOpen) return false;
    const { sessionId, status } = this.#kept.record.peek();
    const goesOn = sessionId !== null && status === "draft" ? sessionId : (appliedTo ?? sessionId);
    if (goesOn === null) {
      this.#take(discarded);
      return true;
    }
    const note = await this.#world.wire.read(goesOn);
    this.#take(this.#learnt(note, (record) => decided(record, note, this.#world.now(), isHere)));
    return true;
  }

  async decided(): Promise<void> {
    while (this.#running) await this.#running;
    await this.#alone(async () => {
      const { decision } = this.#kept.record.peek();
      if (decision?.conflictId == null || !this.#canSend()) return;
      await this.#takeDecision(decision.conflictId, true);
      await this.#kept.toDisk();
    });
    this.#kept.sendSoon(0);
  }
}
