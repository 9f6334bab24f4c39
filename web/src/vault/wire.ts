// What the vault asks of the server.
import { body, ifMatch, type api as theApi } from "../api/client.ts";
import type { SyncResult } from "./outbox.ts";
import type { Inflight, NoteRecord } from "./record.ts";
import { FIELDS, type ServerNote, type Texts } from "./texts.ts";

/** What became of a conflict. */
export interface Decided {
  isOpen: boolean;
  /** The note that took the text, if one did. */
  appliedTo: string | null;
}

export interface Wire {
  create(record: NoteRecord, sent: Inflight): Promise<ServerNote>;
  save(record: NoteRecord, sent: Inflight): Promise<ServerNote>;
  sync(record: NoteRecord, sent: Inflight): Promise<SyncResult>;
  read(sessionId: string): Promise<ServerNote>;
  /** The note of an appointment, if it has one that is not archived. */
  ofAppointment(appointmentId: string): Promise<ServerNote | null>;
  decision(conflictId: string): Promise<Decided>;
}

type Cleared = Partial<Record<keyof Texts, string | null>>;

/** Touched fields only; no text is null. */
const cleared = (texts: Partial<Texts>): Cleared =>
  Object.fromEntries(
    FIELDS.filter((one) => texts[one] !== undefined).map((one) => [one, texts[one] || null]),
  );

const instant = (at: number): string => new Date(at).toISOString();
const placeOf = (record: NoteRecord): string => {
  if (record.appointmentId === null) throw new Error("a note without an appointment is not sent");
  return record.appointmentId;
};

export function wireOf(api: typeof theApi): Wire {
  return {
    create: (record, sent) =>
      body(
        api.POST("/api/v1/sessions", {
          body: {
            appointment_id: placeOf(record),
            client_session_id: sent.clientSessionId,
            ...cleared(sent.texts),
          },
          params: { header: { "Idempotency-Key": sent.key } },
        }),
      ),
    save: (record, sent) =>
      body(
        api.PUT("/api/v1/sessions/{session_id}", {
          params: { path: { session_id: record.sessionId ?? "" }, header: ifMatch(sent.baseVersion ?? 0) },
          body: cleared(sent.texts),
        }),
      ),
    sync: async (record, sent) => {
      const item = itemOf(record, sent);
      const { results } = await body(api.POST("/api/v1/sessions/sync", { body: { sessions: [item] } }));
      const [result] = results;
      if (!result) throw new Error("an item without a result");
      return result;
    },
    read: (session_id) =>
      body(api.GET("/api/v1/sessions/{session_id}", { params: { path: { session_id } } })),
    ofAppointment: async (appointment_id) => {
      const query = { appointment_id, include: "text", limit: 1 } as const;
      const { items } = await body(api.GET("/api/v1/sessions", { params: { query } }));
      return (items[0] as ServerNote | undefined) ?? null;
    },
    decision: async (conflict_id) => {
      const path = { conflict_id };
      const found = await body(api.GET("/api/v1/sessions/conflicts/{conflict_id}", { params: { path } }));
      return { isOpen: found.resolved_at === null, appliedTo: found.applied_to };
    },
  };
}

function itemOf(record: NoteRecord, sent: Inflight) {
  return {
    client_session_id: sent.clientSessionId,
    appointment_id: placeOf(record),
    ...cleared(sent.texts),
    created_at_client: instant(record.createdAt),
    updated_at_client: instant(sent.at),
    ...(sent.baseVersion === null ? {} : { base_version: sent.baseVersion }),
  };
}
