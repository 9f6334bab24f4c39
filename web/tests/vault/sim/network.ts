// What happens to a request between a device and the server, and what the law is told of it.
import { offline, Problem } from "../../../src/api/problems.ts";
import type { Inflight, NoteRecord } from "../../../src/vault/record.ts";
import type { ServerNote } from "../../../src/vault/texts.ts";
import type { Wire } from "../../../src/vault/wire.ts";
import type { Tab } from "./browser.ts";
import type { History } from "./history.ts";

export const FATES = ["fine", "dropped", "lost", "twice", "late", "busy"] as const;
export type Fate = (typeof FATES)[number];

export class Network implements Wire {
  readonly #tab: Tab;
  readonly #history: History;

  constructor(tab: Tab, history: History) {
    this.#tab = tab;
    this.#history = history;
  }

  create = (record: NoteRecord, sent: Inflight): Promise<ServerNote> => {
    const { credential } = this.#tab.browser;
    const name = this.#tab.device;
    return this.#pass(() => this.#noted(name, this.#wire(credential).create(record, sent)));
  };

  save = (record: NoteRecord, sent: Inflight): Promise<ServerNote> => {
    const { credential } = this.#tab.browser;
    const name = this.#tab.device;
    return this.#pass(() => this.#noted(name, this.#wire(credential).save(record, sent)));
  };

  sync = (record: NoteRecord, sent: Inflight): ReturnType<Wire["sync"]> => {
    const { credential } = this.#tab.browser;
    const name = this.#tab.device;
    return this.#pass(async () => {
      const result = await this.#wire(credential).sync(record, sent);
      const { server_session_id: id, conflict_id } = result;
      const { law, backend, known } = this.#history;
      if (conflict_id && !known.has(conflict_id)) {
        known.add(conflict_id);
        law.conflicted(name, record.appointmentId ?? "", id, sent.baseVersion);
        for (const text of Object.values(sent.texts)) law.acknowledged(text);
      }
      if (id) law.noted(name, await backend.note(id));
      return result;
    });
  };

  read = (id: string): Promise<ServerNote> => {
    const { credential } = this.#tab.browser;
    return this.#pass(() => this.#wire(credential).read(id));
  };

  ofAppointment = (id: string): Promise<ServerNote | null> => {
    const { credential } = this.#tab.browser;
    return this.#pass(() => this.#wire(credential).ofAppointment(id));
  };

  decision = (id: string): ReturnType<Wire["decision"]> => {
    const { credential } = this.#tab.browser;
    return this.#pass(() => this.#wire(credential).decision(id));
  };

  #wire = (credential: string): Wire => this.#history.backend.wire(credential);

  async #noted(name: string, answer: Promise<ServerNote>): Promise<ServerNote> {
    const note = await answer;
    // An answer to a repeated key may be of long ago.
    this.#history.law.noted(name, note);
    return note;
  }

  /** One request at a time reaches the server, so that the law sees their order. */
  #pass<T>(run: () => Promise<T>): Promise<T> {
    return this.#history.busy(async () => {
      await this.#tab.step();
      const { browser } = this.#tab;
      if (!browser.isOnline.peek()) throw offline();
      if (!browser.isSignedIn) {
        browser.isOpen.value = false;
        throw new Problem(401, "not-authenticated");
      }
      const answer = await this.#fate(browser.fates.shift() ?? "fine", () => this.#history.inTurn(run));
      await this.#tab.step();
      return answer;
    }, this.#tab);
  }

  async #fate<T>(fate: Fate, run: () => Promise<T>): Promise<T> {
    if (fate === "busy") throw new Problem(503, "busy", {}, 1);
    if (fate === "late") this.#history.late.push(run);
    if (fate === "dropped" || fate === "late") throw offline();
    const answer = await run();
    if (fate === "lost") throw offline();
    if (fate === "twice") await run().catch(() => undefined);
    return answer;
  }
}
