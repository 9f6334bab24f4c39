// The real server, as histories ask it: one practice, whose devices are its owner's tokens.
import createClient from "openapi-fetch";
import { offline, problemOf } from "../../src/api/problems.ts";
import type { paths } from "../../src/api/schema.ts";
import { FIELDS, type ServerNote, textsOf } from "../../src/vault/texts.ts";
import { type Wire, wireOf } from "../../src/vault/wire.ts";
import type { Backend, OpenConflict } from "../../tests/vault/sim/backend.ts";
import { wordsOf } from "../../tests/vault/sim/law.ts";
import { type Json, openPractice, type Person } from "../support/people.ts";
import { place } from "../support/place.ts";

const TOKENS = 16;
const HOUR = 3_600_000;

interface Listed {
  items: (ServerNote & Json)[];
}

/** A practice in which one history after the other is lived, each at appointments of its own. */
export class Practice {
  readonly owner: Person;
  readonly #clientId: string;
  readonly #tokens: string[];
  #given = 0;
  #booked = 0;

  constructor(owner: Person, clientId: string, tokens: string[]) {
    this.owner = owner;
    this.#clientId = clientId;
    this.#tokens = tokens;
  }

  static async open(): Promise<Practice> {
    const owner = await openPractice({ zone: "Asia/Jerusalem" });
    const client = await owner.post("/clients", { first_name: "רות", last_name: "לוי" });
    const tokens: string[] = [];
    for (let number = 0; number < TOKENS; number += 1) {
      const made = await owner.post<{ token: string }>("/auth/tokens", { name: `device ${number}` });
      tokens.push(made.token);
    }
    return new Practice(owner, client.id, tokens);
  }

  token(): string {
    this.#given += 1;
    return this.#tokens[this.#given % TOKENS] ?? "";
  }

  async book(): Promise<string> {
    this.#booked += 1;
    const start = Date.UTC(2020, 0, 1) + this.#booked * HOUR;
    const made = await this.owner.post("/appointments", {
      client_id: this.#clientId,
      scheduled_start: new Date(start).toISOString(),
      scheduled_end: new Date(start + HOUR / 2).toISOString(),
    });
    return made.id;
  }
}

export class RealBackend implements Backend {
  readonly appointments: readonly string[];
  readonly #practice: Practice;
  readonly #conflicts = new Set<string>();

  private constructor(practice: Practice, appointments: string[]) {
    this.#practice = practice;
    this.appointments = appointments;
  }

  static async of(practice: Practice): Promise<RealBackend> {
    return new RealBackend(practice, [await practice.book(), await practice.book(), await practice.book()]);
  }

  signIn = (): Promise<string> => Promise.resolve(this.#practice.token());

  wire(credential: string): Wire {
    const send = async (request: Request): Promise<Response> => {
      request.headers.set("authorization", `Bearer ${credential}`);
      const response = await fetch(request).catch(() => {
        throw offline();
      });
      if (response.ok) return response;
      throw await problemOf(response);
    };
    return wireOf(createClient<paths>({ baseUrl: place.base, fetch: send }) as never);
  }

  note = (id: string): Promise<ServerNote> => this.#practice.owner.get(`/sessions/${id}`) as Promise<never>;

  async notes(): Promise<ServerNote[]> {
    const found: ServerNote[] = [];
    for (const appointment of this.appointments) {
      for (const more of ["", "&status=archived"]) {
        const path = `/sessions?include=text&limit=100&appointment_id=${appointment}${more}`;
        found.push(...(await this.#practice.owner.get<Listed>(path)).items);
      }
    }
    return found;
  }

  async disturb(what: string, appointment: string): Promise<boolean> {
    const { owner } = this.#practice;
    if (what === "cancel" || what === "schedule") {
      const status = what === "cancel" ? "cancelled" : "scheduled";
      return (await owner.ask("PUT", `/appointments/${appointment}`, { status })).ok;
    }
    const path = `/sessions?limit=1&appointment_id=${appointment}`;
    const [note] = (await owner.get<Listed>(path)).items;
    if (!note) return false;
    const answer =
      what === "finalize"
        ? await owner.ask("PATCH", `/sessions/${note.id}/finalize`)
        : await owner.ask("DELETE", `/sessions/${note.id}`);
    return answer.ok;
  }

  async openConflicts(): Promise<OpenConflict[]> {
    const { owner } = this.#practice;
    const listed = await owner.get<{ items: { id: string }[] }>("/sessions/conflicts?limit=100");
    const open: OpenConflict[] = [];
    for (const { id } of listed.items) {
      this.#conflicts.add(id);
      const found = await owner.get<ServerNote & { session_id: string | null }>(`/sessions/conflicts/${id}`);
      open.push({
        id,
        sessionId: found.session_id,
        clientSessionId: found.client_session_id ?? "",
        texts: Object.values(textsOf(found)).join(" "),
      });
    }
    return open;
  }

  /** In one of the ways there are; what nothing else fits is set aside. */
  async resolve({ id }: OpenConflict, how: number): Promise<void> {
    const { owner } = this.#practice;
    const attach = { action: "attach", appointment_id: this.appointments[how % 3], reason: "late" };
    const ways: Json[] = [
      { action: "keep_server" },
      { action: "keep_client" },
      attach,
      { action: "discard" },
    ];
    for (const way of [ways[how % 4], { action: "discard" }]) {
      if ((await owner.ask("POST", `/sessions/conflicts/${id}/resolve`, way)).ok) return;
    }
  }

  async readable(): Promise<Set<string>> {
    const { owner } = this.#practice;
    const texts = (await this.notes()).map(textsOf);
    for (const { id } of await this.notes()) {
      for (const kind of ["revisions", "amendments"]) {
        const { items } = await owner.get<Listed>(`/sessions/${id}/${kind}?limit=100`);
        texts.push(...items.map(textsOf));
      }
    }
    for (const id of this.#conflicts) texts.push(textsOf(await owner.get(`/sessions/conflicts/${id}`)));
    return new Set(texts.flatMap((one) => FIELDS.flatMap((field) => wordsOf(one[field]))));
  }
}
