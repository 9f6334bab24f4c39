// A random history of two people's devices, and its end: everything is sent, decided, and judged.
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import type { OpenNote } from "../../../src/vault/opening.ts";
import { hasId } from "../../../src/vault/outbox.ts";
import type { NoteRecord } from "../../../src/vault/record.ts";
import { FIELDS, type Texts, textsOf } from "../../../src/vault/texts.ts";
import type { Backend } from "./backend.ts";
import { Browser, type Disk, Ended, type Tab } from "./browser.ts";
import { Clock } from "./clock.ts";
import { Law, wordsOf } from "./law.ts";
import type { Fate } from "./network.ts";

export type Command =
  | { do: "open"; device: number; appointment: number }
  | { do: "type"; device: number; appointment: number; field: number; how: "more" | "anew" | "clear" }
  | { do: "wait"; milliseconds: number }
  | { do: "close"; device: number; note: number }
  | { do: "crash"; device: number; steps: number }
  | { do: "tab"; device: number; appointment: number }
  | { do: "line"; device: number; isOnline: boolean }
  | { do: "fates"; device: number; fates: Fate[] }
  | { do: "sign-in"; device: number; isLost: boolean }
  | { do: "clock"; device: number; days: number }
  | { do: "lock"; device: number }
  | { do: "disturb"; what: "finalize" | "archive" | "cancel" | "schedule"; appointment: number }
  | { do: "decide"; device: number; how: number }
  | { do: "deliver" }
  | { do: "refresh"; device: number; note: number }
  | { do: "full"; device: number; isFull: boolean }
  | { do: "file"; device: number; appointment: number }
  | { do: "remove"; device: number };

const DAY = 86_400_000;

export class History {
  readonly law = new Law();
  readonly clock = new Clock();
  readonly startedAt = Date.now();
  readonly known = new Set<string>();
  late: (() => Promise<unknown>)[] = [];
  browsers: Browser[] = [];
  readonly backend: Backend;
  #active = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #word = 0;
  readonly #lying = new Map<string, string>();

  constructor(backend: Backend) {
    this.backend = backend;
  }

  async begin(disks: readonly Disk[]): Promise<void> {
    for (const [number, disk] of disks.entries()) {
      const browser = new Browser("ABC"[number] ?? "D", disk, this);
      this.browsers.push(browser);
      await browser.signIn();
      await browser.openTab();
    }
    await this.settle();
  }

  /** Work that a history waits for; in a tab that ended it never ends. */
  async busy<T>(work: () => Promise<T>, tab: Tab): Promise<T> {
    this.#active += 1;
    const ended = new Promise<T>(() => undefined);
    try {
      const result = await work();
      return tab.isDead ? ended : result;
    } catch (error) {
      if (!(error instanceof Ended) && !tab.isDead) throw error;
      return ended;
    } finally {
      this.#active -= 1;
    }
  }

  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(run);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  settle = async (): Promise<void> => {
    for (let idle = 0; idle < 4; idle += 1) {
      if (this.#active > 0) {
        idle = -1;
        await sleep(0);
      } else await turn();
    }
  };

  lay(device: string, record: NoteRecord): void {
    this.#lying.set(`${device} ${record.id}`, JSON.stringify(record.texts));
  }

  lies = (device: string, record: NoteRecord): boolean =>
    this.#lying.get(`${device} ${record.id}`) === JSON.stringify(record.texts);

  async live(command: Command): Promise<void> {
    await this.#carryOut(command);
    await this.settle();
    for (const { tabs } of this.browsers) for (const tab of tabs) tab.check();
  }

  async #carryOut(command: Command): Promise<void> {
    if (command.do === "wait") return this.clock.pass(command.milliseconds, this.settle);
    if (command.do === "deliver")
      return void this.late
        .shift()?.()
        .catch(() => undefined);
    if (command.do === "disturb") return this.#disturb(command.what, this.#place(command.appointment));
    const browser = this.browsers[command.device % this.browsers.length] as Browser;
    await this.#onDevice(browser, command);
  }

  #place = (number: number): string =>
    this.backend.appointments[number % this.backend.appointments.length] ?? "";

  async #disturb(what: "finalize" | "archive" | "cancel" | "schedule", appointment: string): Promise<void> {
    this.law.disturbed.add(appointment);
    await this.inTurn(async () => {
      await this.backend.disturb(what, appointment);
      const notes = (await this.backend.notes()).filter((note) => note.appointment_id === appointment);
      for (const note of notes) this.law.noted("outsider", note);
    });
  }

  async #onDevice(
    browser: Browser,
    command: Exclude<Command, { do: "wait" | "deliver" | "disturb" }>,
  ): Promise<void> {
    if (!browser.tabs.length) await browser.openTab();
    await this.settle();
    const tab = browser.tabs.at(-1);
    if (!tab) return; // it ended at once
    switch (command.do) {
      case "open":
        return tab.open(this.#place(command.appointment));
      case "type":
        return this.#typeAt(tab, command);
      case "close":
        return this.#close(tab, command.note);
      case "refresh":
        return void tab.notes[command.note % (tab.notes.length || 1)]?.refresh().catch(() => undefined);
      case "crash":
        if (command.steps) tab.fuse = command.steps;
        else tab.crash();
        return;
      case "tab":
        return this.#takeOver(browser, this.#place(command.appointment));
      case "file":
        return this.#file(tab, this.#place(command.appointment));
      case "decide":
        return this.#decide(tab, command.how);
      default:
        return this.#ofDevice(browser, command);
    }
  }

  async #ofDevice(browser: Browser, command: Command): Promise<void> {
    if (command.do === "line") browser.isOnline.value = command.isOnline;
    if (command.do === "fates") browser.fates = [...command.fates];
    if (command.do === "clock") browser.clockAhead = command.days * DAY;
    if (command.do === "full") browser.isFull = command.isFull;
    if (command.do === "lock") await this.#lock(browser);
    if (command.do === "remove") await this.#remove(browser);
    if (command.do === "sign-in") {
      if (command.isLost) browser.isSignedIn = false;
      else await browser.signIn();
    }
  }

  /** The note is opened first, if it is not. */
  async #typeAt(tab: Tab, { appointment, field, how }: Extract<Command, { do: "type" }>): Promise<void> {
    const place = this.#place(appointment);
    const isThere = (note: OpenNote): boolean => note.appointmentId.peek() === place;
    if (!tab.notes.some(isThere)) {
      tab.open(place);
      await this.settle();
    }
    const note = tab.notes.find(isThere);
    if (note && !tab.isDead) this.#type(tab, note, field, how);
  }

  /** Words are each typed once. */
  #type(tab: Tab, note: OpenNote, field: number, how: "more" | "anew" | "clear"): void {
    const name = FIELDS[field % 4];
    if (!name || note.state.peek().kind === "elsewhere") return;
    this.#word += 1;
    const before = note.texts.peek()[name];
    const text = how === "clear" ? "" : `${how === "more" ? before : ""} w${this.#word}`.trim();
    if (how !== "more") this.law.excuse(before);
    this.law.saw(tab.device, { [name]: `${before} ${text}` });
    note.write(name, text);
  }

  #close(tab: Tab, number: number): void {
    const [open] = tab.notes.splice(number % (tab.notes.length || 1), 1);
    void open?.close();
  }

  async #takeOver(browser: Browser, appointmentId: string): Promise<void> {
    if (browser.tabs.length > 1) browser.tabs.shift()?.crash();
    const tab = await browser.openTab();
    await this.settle();
    tab.open(appointmentId);
    await this.settle();
    void tab.notes[0]?.takeOver();
    await this.settle();
    await this.clock.pass(3500, this.settle);
  }

  /** Two texts that a person files under one appointment are two. */
  async #file(tab: Tab, appointmentId: string): Promise<void> {
    this.law.disturbed.add(appointmentId);
    tab.open(null);
    await this.settle();
    const note = tab.notes.at(-1);
    if (!note || note.appointmentId.peek() !== null) return;
    this.#type(tab, note, 3, "more");
    await this.clock.pass(300, this.settle);
    void note.file(appointmentId).catch(() => undefined);
  }

  /** What was typed is put away; the tabs begin anew. */
  async #lock(browser: Browser): Promise<void> {
    const before = [...browser.tabs];
    for (const tab of before) void tab.vault.putAway();
    await this.settle();
    for (const tab of before) tab.crash();
    await browser.openTab();
  }

  async #remove(browser: Browser): Promise<void> {
    for (const tab of [...browser.tabs]) {
      for (const texts of tab.texts()) for (const field of FIELDS) this.#excuseUnsent(texts[field]);
      tab.crash();
    }
    const store = await browser.disk.store();
    for (const record of await store.all())
      for (const field of FIELDS) this.#excuseUnsent(record.texts[field]);
    await browser.disk.wipe();
    browser.name += "'"; // what comes after is another device
    await browser.signIn();
    await browser.openTab();
  }

  /** Words that only a removed device had are lost by design. */
  #excuseUnsent(text: string): void {
    for (const word of wordsOf(text)) if (!this.law.acked.has(word)) this.law.excuse(word);
  }

  async #decide(tab: Tab, how: number): Promise<void> {
    const open = await this.backend.openConflicts();
    const conflict = open[how % (open.length || 1)];
    if (!conflict) return;
    const record = tab.vault.find((one) => hasId(one, conflict.clientSessionId));
    this.law.saw(tab.device, { plan: conflict.texts });
    if (conflict.sessionId) this.law.saw(tab.device, textsOf(await this.backend.note(conflict.sessionId)));
    this.law.saw("decider", { plan: conflict.texts });
    await this.inTurn(() => this.#resolve(conflict, how));
    if (record) void tab.decided(record.clientSessionId);
  }

  async #resolve(
    conflict: Awaited<ReturnType<Backend["openConflicts"]>>[number],
    how: number,
  ): Promise<void> {
    if (conflict.sessionId) this.law.saw("decider", textsOf(await this.backend.note(conflict.sessionId)));
    await this.backend.resolve(conflict, how);
    if (conflict.sessionId) this.law.noted("decider", await this.backend.note(conflict.sessionId));
  }

  /** Everybody comes back online; what waits is sent, what is contested is decided, and then the law judges. */
  async end(): Promise<void> {
    for (const run of this.late.splice(0)) await run().catch(() => undefined);
    for (const browser of this.browsers) await this.#comeBack(browser);
    for (let round = 0; round < 12; round += 1) {
      await this.clock.pass(61_000, this.settle);
      await this.#decideAll(round);
      await this.clock.pass(31_000, this.settle);
      if (!(await this.#isOpen())) break;
    }
    await this.#judge();
  }

  async #comeBack(browser: Browser): Promise<void> {
    browser.fates = [];
    browser.isFull = false;
    browser.clockAhead = 0;
    for (const tab of browser.tabs) tab.fuse = Number.POSITIVE_INFINITY;
    await browser.signIn();
    browser.isOnline.value = true;
    for (const tab of browser.tabs) for (const note of tab.notes.splice(0)) void note.close();
    if (!browser.tabs.length) await browser.openTab();
    await this.settle();
  }

  async #decideAll(round: number): Promise<void> {
    for (const browser of this.browsers) {
      const tab = browser.tabs.at(-1);
      for (let count = 0; tab && count < 20 && (await this.backend.openConflicts()).length; count += 1) {
        await this.#decide(tab, round < 3 ? count + round : 0);
        await this.settle();
      }
      for (const one of browser.tabs)
        for (const keeper of one.vault.keepers.peek().values()) void keeper.refresh().catch(() => undefined);
      await this.settle();
      await this.#decisionsOf(browser);
    }
  }

  /** A device learns of decisions that were made elsewhere as soon as the note is opened there. */
  async #decisionsOf({ tabs }: Browser): Promise<void> {
    const tab = tabs.at(-1);
    for (const { appointmentId } of tab?.vault.all() ?? []) {
      if (appointmentId === null) continue;
      tab?.open(appointmentId);
      await this.settle();
      const opened = tab?.notes.pop();
      void opened?.refresh().catch(() => undefined);
      await this.settle();
      void opened?.close();
      await this.settle();
    }
  }

  async #isOpen(): Promise<boolean> {
    const isWaiting = this.browsers.some(({ tabs }) => tabs.some((tab) => tab.vault.waiting().length > 0));
    return isWaiting || (await this.backend.openConflicts()).length > 0;
  }

  async #judge(): Promise<void> {
    const readable = await this.backend.readable();
    for (const { tabs, name } of this.browsers) {
      const waiting = tabs
        .flatMap((tab) => tab.vault.waiting())
        .filter(({ appointmentId }) => appointmentId !== null);
      if (waiting.length) this.law.broken.push(`${name} still waits: ${JSON.stringify(waiting)}`);
      const unfiled = tabs
        .flatMap((tab) => tab.vault.all())
        .filter(({ appointmentId }) => appointmentId === null);
      for (const { texts } of unfiled)
        for (const field of FIELDS) for (const w of wordsOf(texts[field])) readable.add(w);
    }
    this.law.judge(readable);
  }

  close(): void {
    for (const { tabs } of this.browsers) for (const tab of [...tabs]) tab.crash();
  }
}

export type { Texts };
