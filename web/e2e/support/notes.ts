// Notes as devices send them: with moments of their own, through /sessions/sync.
import { randomUUID } from "node:crypto";
import type { Made, Person } from "./people.ts";

export type Soap = Partial<Record<"subjective" | "objective" | "assessment" | "plan", string | null>>;

export interface Sent {
  status: string;
  server_session_id: string;
  conflict_id: string | null;
  version: number | null;
}

/** A device's own copy of the note of an appointment. */
export class DeviceNote {
  readonly clientSessionId: string;
  readonly appointmentId: string;
  #at = Date.now() - 60_000;
  readonly #created = new Date(this.#at).toISOString();

  constructor(appointmentId: string, clientSessionId: string = randomUUID()) {
    this.appointmentId = appointmentId;
    this.clientSessionId = clientSessionId;
  }

  async send(person: Person, texts: Soap, more: Record<string, unknown> = {}): Promise<Sent> {
    this.#at += 1000;
    const item = {
      client_session_id: this.clientSessionId,
      appointment_id: this.appointmentId,
      created_at_client: this.#created,
      updated_at_client: new Date(this.#at).toISOString(),
      ...texts,
      ...more,
    };
    const answer = await person.post<{ results: Sent[] }>("/sessions/sync", { sessions: [item] });
    return answer.results[0] as Sent;
  }
}

/** The note as the server has it. */
export const noteOf = (person: Person, id: string): Promise<Made & Soap & { status: string }> =>
  person.get(`/sessions/${id}`);
