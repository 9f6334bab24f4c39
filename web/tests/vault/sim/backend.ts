import { Problem } from "../../../src/api/problems.ts";
import { FIELDS, type ServerNote, textsOf } from "../../../src/vault/texts.ts";
import { type Wire, wireOf } from "../../../src/vault/wire.ts";
import { wordsOf } from "./law.ts";
import { type Item, ModelServer } from "./modelserver.ts";

export interface OpenConflict {
  id: string;
  clientSessionId: string;
  sessionId: string | null;
  texts: string;
}

/** The server that a history is lived against: the model, or a real one. */
export interface Backend {
  readonly appointments: readonly string[];
  /** A new sign-in of somebody. */
  signIn(device: string): Promise<string>;
  wire(credential: string): Wire;
  note(id: string): Promise<ServerNote>;
  notes(): Promise<ServerNote[]>;
  disturb(what: "finalize" | "archive" | "cancel" | "schedule", appointment: string): Promise<boolean>;
  openConflicts(): Promise<OpenConflict[]>;
  resolve(conflict: OpenConflict, how: number): Promise<void>;
  /** Every word that somebody can read somewhere. */
  readable(): Promise<Set<string>>;
}

type Call = (
  path: string,
  init?: { params?: Record<string, Record<string, string>>; body?: unknown },
) => unknown;

let credentials = 0;

export class ModelBackend implements Backend {
  readonly server = new ModelServer();
  readonly appointments = ["a1", "a2", "a3"];

  signIn = (device: string): Promise<string> => {
    credentials += 1;
    return Promise.resolve(`${device}-${credentials}`);
  };

  wire(credential: string): Wire {
    const { server } = this;
    const called =
      (call: Call) =>
      async (...given: Parameters<Call>) => ({ data: call(...given) });
    const POST: Call = (path, init) => {
      if (path.endsWith("/sync")) {
        const [item] = (init?.body as { sessions: Item[] } | undefined)?.sessions ?? [];
        return { results: [server.sync(credential, item as Item, Date.now())] };
      }
      const key = init?.params?.header?.["Idempotency-Key"] ?? "";
      return server.create(credential, key, init?.body as Parameters<ModelServer["create"]>[2]);
    };
    const PUT: Call = (_path, init) => {
      const version = Number(init?.params?.header?.["If-Match"]?.replaceAll('"', ""));
      return server.save(credential, init?.params?.path?.session_id ?? "", version, init?.body as object);
    };
    const GET: Call = (path, init) => this.#get(path, init?.params ?? {});
    return wireOf({ POST: called(POST), PUT: called(PUT), GET: called(GET) } as never);
  }

  #get(path: string, { path: ids, query }: Record<string, Record<string, string>>): unknown {
    if (path.includes("/conflicts/")) {
      const conflict = this.server.conflicts.get(ids?.conflict_id ?? "");
      return { resolved_at: conflict?.isResolved ? "then" : null, applied_to: null };
    }
    if (ids?.session_id) return { ...this.#note(ids.session_id) };
    const found = this.server.ofAppointment(query?.appointment_id ?? "");
    return { items: found ? [{ ...found }] : [] };
  }

  #note(id: string) {
    const found = this.server.notes.get(id);
    if (!found) throw new Problem(404, "not-found");
    return found;
  }

  note = async (id: string): Promise<ServerNote> => ({ ...this.#note(id) });
  notes = async (): Promise<ServerNote[]> => [...this.server.notes.values()].map((note) => ({ ...note }));

  async disturb(what: string, appointment: string): Promise<boolean> {
    if (what === "cancel") this.server.cancelled.add(appointment);
    if (what === "schedule") this.server.cancelled.delete(appointment);
    const note = this.server.ofAppointment(appointment);
    const isDraft = note?.status === "draft";
    if (what === "finalize" && note && isDraft)
      Object.assign(note, { status: "finalized", version: note.version + 1 });
    if (what === "archive" && note) Object.assign(note, { status: "archived", version: note.version + 1 });
    return true;
  }

  async openConflicts(): Promise<OpenConflict[]> {
    const open = [...this.server.conflicts.values()].filter(({ isResolved }) => !isResolved);
    return open.map(({ id, item, sessionId }) => ({
      id,
      sessionId,
      clientSessionId: item.client_session_id,
      texts: FIELDS.map((field) => item[field] ?? "").join(" "),
    }));
  }

  async resolve({ id }: OpenConflict, how: number): Promise<void> {
    const conflict = this.server.conflicts.get(id);
    if (!conflict) return;
    conflict.isResolved = true;
    const note = this.server.notes.get(conflict.sessionId ?? "");
    if (how % 2 && note?.status === "draft") this.server.overwrite("decider", note, conflict.item, false);
  }

  async readable(): Promise<Set<string>> {
    const { notes, revisions, conflicts } = this.server;
    const texts = [...notes.values()].map(textsOf);
    for (const kept of revisions.values()) texts.push(...kept.values());
    for (const { item } of conflicts.values()) texts.push(textsOf(item));
    return new Set(texts.flatMap((one) => FIELDS.flatMap((field) => wordsOf(one[field]))));
  }
}
