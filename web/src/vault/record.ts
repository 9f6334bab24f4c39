import type { Field, Texts } from "./texts.ts";

/** A request for which no answer is known yet; it is sent again exactly like this. */
export interface Inflight {
  readonly kind: "post" | "put" | "sync";
  readonly clientSessionId: string;
  readonly texts: Partial<Texts>;
  readonly baseVersion: number | null;
  /** Milliseconds since 1970: `updated_at_client`. */
  readonly at: number;
  /** The Idempotency-Key of a POST. */
  readonly key: string;
}

/** Texts that only a person can put together with the server's. */
export interface Decision {
  readonly fields: readonly Field[];
  /** The version that these texts grew from; null: none that the server would know. */
  readonly baseVersion: number | null;
  /** Null until the server keeps both. */
  readonly conflictId: string | null;
  /** What the server has kept of ours. */
  readonly sent: Partial<Texts>;
}

export interface Refusal {
  readonly status: number;
  readonly slug: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** A note on this device: what it says, and what is known of the server's. */
export interface NoteRecord {
  /** Its key on the disk. */
  readonly id: string;
  /** What a tab holds while it writes: it stays the same when the note gets an appointment, or another id. */
  readonly lock: string;
  readonly clientSessionId: string;
  /** Ids it had here before the server's note turned out to have another. */
  readonly earlierIds: readonly string[];
  readonly appointmentId: string | null;
  readonly sessionId: string | null;
  readonly status: "draft" | "finalized" | "archived";
  /** The server's text that this one grew from: every word of it has been taken over here. */
  readonly base: { readonly version: number; readonly texts: Texts } | null;
  readonly texts: Texts;
  /** What was typed and is not acknowledged. */
  readonly touched: readonly Field[];
  readonly inflight: Inflight | null;
  readonly decision: Decision | null;
  readonly refused: Refusal | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the server last said that it has all of it. */
  readonly savedAt: number | null;
  readonly wantsFinal: boolean;
  /** A file waits for the note to be there, though perhaps without a word. */
  readonly wantsNote: boolean;
}

export function newRecord(at: {
  clientSessionId?: string;
  appointmentId: string | null;
  texts: Texts;
}): NoteRecord {
  const clientSessionId = at.clientSessionId ?? crypto.randomUUID();
  return {
    id: crypto.randomUUID(),
    lock: at.appointmentId ?? clientSessionId,
    clientSessionId,
    earlierIds: [],
    appointmentId: at.appointmentId,
    sessionId: null,
    status: "draft",
    base: null,
    texts: at.texts,
    touched: [],
    inflight: null,
    decision: null,
    refused: null,
    createdAt: 0,
    updatedAt: 0,
    savedAt: null,
    wantsFinal: false,
    wantsNote: false,
  };
}
