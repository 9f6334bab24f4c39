// The backend's law (sync/service.py, sync/merging.py, sessions/service.py), in memory: what the vault is judged against in a second.
import { randomUUID } from "node:crypto";
import { Problem } from "../../../src/api/problems.ts";
import { FIELDS, type Field, type ServerNote, type Texts, textsOf } from "../../../src/vault/texts.ts";

type Sent = Partial<Record<Field, string | null>>;
export interface Item extends Sent {
  client_session_id: string;
  appointment_id: string;
  base_version?: number;
  created_at_client: string;
  updated_at_client: string;
}
interface Receipt {
  sessionId: string | null;
  conflictId: string | null;
  version: number | null;
  sentWith: string;
  at: number;
  clientSessionId: string;
}
export interface Conflict {
  id: string;
  sessionId: string | null;
  item: Item;
  isResolved: boolean;
}
type Note = ServerNote & { savedWith: string; folds: boolean };

const textOf = (sent: Sent): [Field, string][] =>
  FIELDS.filter((field) => sent[field] !== undefined).map((field) => [field, sent[field] ?? ""]);
const clean = (sent: Sent): Sent =>
  Object.fromEntries(textOf(sent).map(([field, text]) => [field, text || null]));

export class ModelServer {
  readonly notes = new Map<string, Note>();
  readonly revisions = new Map<string, Map<number, Texts>>();
  readonly conflicts = new Map<string, Conflict>();
  readonly cancelled = new Set<string>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #current = new Map<string, Receipt>();
  readonly #keys = new Map<string, ServerNote>();

  create(
    credential: string,
    key: string,
    body: Sent & { appointment_id: string; client_session_id: string },
  ): ServerNote {
    const known = this.#keys.get(`${credential}|${key}`);
    if (known) return known;
    this.#requireAppointment(body.appointment_id);
    const there = this.ofAppointment(body.appointment_id);
    if (there) throw new Problem(409, "session-already-exists", { session_id: there.id });
    const own = this.#byDevice(body.client_session_id);
    if (own) throw new Problem(409, "client-session-id-taken", { session_id: own.id });
    const note = this.#begin(credential, body.appointment_id, body.client_session_id, body, true);
    this.#keys.set(`${credential}|${key}`, { ...note });
    return { ...note };
  }

  #requireAppointment(id: string): void {
    if (this.cancelled.has(id)) throw new Problem(404, "not-found");
  }

  #begin(
    credential: string,
    appointment_id: string,
    client_session_id: string,
    texts: Sent,
    folds: boolean,
  ): Note {
    const id = randomUUID();
    const note = { id, appointment_id, client_session_id, status: "draft", version: 1 } as unknown as Note;
    Object.assign(note, Object.fromEntries(FIELDS.map((field) => [field, null])), clean(texts));
    Object.assign(note, { savedWith: credential, folds });
    this.notes.set(id, note);
    return note;
  }

  save(credential: string, id: string, version: number, body: Sent): ServerNote {
    const note = this.notes.get(id);
    if (!note) throw new Problem(404, "not-found");
    if (note.version !== version) throw new Problem(412, "stale-version");
    if (note.status === "finalized") throw new Problem(409, "session-finalized");
    if (note.status === "archived") throw new Problem(409, "invalid-status-transition");
    return { ...this.overwrite(credential, note, body, true) };
  }

  overwrite(credential: string, note: Note, changes: Sent, folds: boolean): Note {
    if (!(folds && note.folds && note.savedWith === credential)) {
      const kept = this.revisions.get(note.id) ?? new Map<number, Texts>();
      this.revisions.set(note.id, kept.set(note.version, textsOf(note)));
    }
    Object.assign(note, clean(changes), { version: note.version + 1, savedWith: credential, folds });
    return note;
  }

  ofAppointment(id: string): Note | null {
    return (
      [...this.notes.values()].find((one) => one.appointment_id === id && one.status !== "archived") ?? null
    );
  }

  #byDevice = (id: string): Note | null =>
    [...this.notes.values()].find((one) => one.client_session_id === id) ?? null;

  sync(credential: string, item: Item, now: number) {
    const print = JSON.stringify([item, FIELDS.map((field) => item[field])]);
    const known = this.#receipts.get(print);
    if (known) return this.#answer(known.conflictId ? "conflict" : "unchanged", known);
    const receipt = { ...this.#apply(credential, item, now), sentWith: credential };
    const kept: Receipt = {
      ...receipt,
      at: Date.parse(item.updated_at_client),
      clientSessionId: item.client_session_id,
    };
    if (!receipt.isExact) kept.version = null;
    this.#receipts.set(print, kept);
    if (kept.version !== null) this.#current.set(item.client_session_id, kept);
    return this.#answer(receipt.status, receipt);
  }

  #answer(
    status: "created" | "updated" | "unchanged" | "conflict",
    of: { sessionId: string | null; conflictId: string | null },
  ) {
    return { status, server_session_id: of.sessionId, conflict_id: of.conflictId, error: null };
  }

  #apply(credential: string, item: Item, now: number) {
    const note = this.#byDevice(item.client_session_id) ?? this.ofAppointment(item.appointment_id);
    const sent = textOf(item);
    if (note && sent.every(([field, text]) => text === (note[field] ?? "")))
      return this.#done("unchanged", item, note);
    if (this.#whyNot(item, note, now)) return this.#keep(item, note);
    if (!note) {
      const begun = this.#begin(credential, item.appointment_id, item.client_session_id, item, false);
      return this.#done("created", item, begun);
    }
    return this.#merge(credential, item, note);
  }

  #done(status: "created" | "updated" | "unchanged", item: Item, note: Note) {
    const isExact = FIELDS.every((field) => (item[field] ?? "") === (note[field] ?? ""));
    return { status, sessionId: note.id, conflictId: null, version: note.version as number | null, isExact };
  }

  #keep(item: Item, note: Note | null) {
    const id = randomUUID();
    this.conflicts.set(id, { id, sessionId: note?.id ?? null, item, isResolved: false });
    return {
      status: "conflict" as const,
      sessionId: note?.id ?? null,
      conflictId: id,
      version: null,
      isExact: false,
    };
  }

  #whyNot(item: Item, note: Note | null, now: number): boolean {
    if (this.cancelled.has(item.appointment_id)) return true;
    if (
      note &&
      (note.appointment_id !== item.appointment_id || note.client_session_id !== item.client_session_id)
    ) {
      return true;
    }
    if (note && note.status !== "draft") return true;
    return Date.parse(item.updated_at_client) < now - 7 * 86_400_000;
  }

  #merge(credential: string, item: Item, note: Note) {
    const base = this.#base(credential, item, note);
    const differing = textOf(item).filter(
      ([field, text]) => text !== (note[field] ?? "") && text !== base?.[field],
    );
    const mine = differing.filter(([field]) => base && (note[field] ?? "") === base[field]);
    if (mine.length) this.overwrite(credential, note, Object.fromEntries(mine), false);
    if (differing.length > mine.length) return this.#keep(item, note);
    return this.#done(mine.length ? "updated" : "unchanged", item, note);
  }

  #base(credential: string, item: Item, note: Note): Texts | null {
    const hadAnother = [...this.notes.values()].some(
      (one) => one.appointment_id === note.appointment_id && one.status === "archived",
    );
    const version = hadAnother ? undefined : item.base_version;
    if (version === note.version) return textsOf(note);
    const before = this.#current.get(item.client_session_id);
    if (
      before &&
      before.sessionId === note.id &&
      before.version === note.version &&
      before.sentWith === credential
    ) {
      return Date.parse(item.updated_at_client) > before.at ? textsOf(note) : null;
    }
    return version === undefined ? null : (this.revisions.get(note.id)?.get(version) ?? null);
  }
}
