import { api, body, ifMatch, type Schemas } from "../api/client.ts";
import { explain } from "../api/problems.ts";
import { refresh } from "../api/queries.ts";

explain({
  "not-yours-to-move": "moves.not-yours",
  "nothing-to-move": "moves.nothing",
  "session-already-exists": "moves.has-note",
  "client-merged": "moves.is-merged",
  unsaved: "moves.unsaved",
});

interface Versioned {
  id: string;
  version: number;
}

/** What moved is shown in the calendar, in both records and on the note's own page. */
async function moved(): Promise<void> {
  await Promise.all(["appointments", "sessions", "timeline", "plans", "clients"].map((key) => refresh(key)));
}

export async function moveNote(
  note: Versioned,
  appointmentId: string,
  reason: string,
): Promise<Schemas["Session"]> {
  const params = { path: { session_id: note.id }, header: ifMatch(note.version) };
  const given = { appointment_id: appointmentId, reason };
  const answer = await body(api.POST("/api/v1/sessions/{session_id}/move", { params, body: given }));
  await moved();
  return answer;
}

export async function moveAppointment(
  item: Versioned,
  clientId: string,
  reason: string,
): Promise<Schemas["Appointment"]> {
  const params = { path: { appointment_id: item.id }, header: ifMatch(item.version) };
  const given = { client_id: clientId, reason };
  const answer = await body(api.POST("/api/v1/appointments/{appointment_id}/move", { params, body: given }));
  await moved();
  return answer;
}

export async function mergeClients(kept: Versioned, duplicateId: string, reason: string): Promise<void> {
  const params = { path: { client_id: kept.id }, header: ifMatch(kept.version) };
  const given = { duplicate_id: duplicateId, reason };
  await api.POST("/api/v1/clients/{client_id}/merge", { params, body: given });
  await moved();
}

type Listed = Schemas["AgendaItem"];

/** A client's appointments that a note could be of: the latest first, those that have one left out. */
export async function withoutNote(clientId: string, until: string): Promise<Listed[]> {
  const query = { client_id: clientId, to: until, order: "desc", include: "note", limit: 30 } as const;
  const { items } = await body(api.GET("/api/v1/appointments", { params: { query } }));
  return items.filter((item) => !item.note && item.status !== "cancelled");
}
