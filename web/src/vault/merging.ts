// The three-way merge of a note on the device: words that were not seen here are never written over.
import type { Decision, NoteRecord } from "./record.ts";
import { FIELDS, type Field, type ServerNote, type Texts, textsOf } from "./texts.ts";

export interface Seen {
  /** Texts of which the server has said that it took them. */
  taken?: Partial<Texts>;
  /** Texts that it may have taken: nobody knows. */
  perhaps?: Partial<Texts>;
  /** Fields of which the server's text was never taken over here. */
  unseen?: readonly Field[];
}

type Judgement = "same" | "theirs" | "mine" | "both";

/** Who changed a field since the base. */
function judge(record: NoteRecord, field: Field, theirs: string, seen: Seen): Judgement {
  const { taken, perhaps } = seen;
  const mine = record.texts[field];
  const base = seen.unseen?.includes(field) ? undefined : (record.base?.texts[field] ?? "");
  if (mine === theirs) return "same";
  if (mine === taken?.[field]) return "theirs";
  if (!record.touched.includes(field) && !isContested(record, field)) return "theirs";
  const isKnown = [base, taken?.[field], perhaps?.[field]].includes(theirs);
  return isKnown ? "mine" : "both";
}

const isContested = (record: NoteRecord, field: Field): boolean =>
  record.decision?.fields.includes(field) ?? false;

/** Take over the server's note as it is now: the new base of everything but what both sides changed. */
export function absorb(record: NoteRecord, note: ServerNote, seen: Seen = {}): NoteRecord {
  const theirs = textsOf(note);
  const isOther = record.sessionId !== null && record.sessionId !== note.id;
  const found = FIELDS.map((field) => [field, judge(record, field, theirs[field], seen)] as const);
  const texts = { ...record.texts };
  for (const [field, who] of found) if (who === "theirs") texts[field] = theirs[field];
  const of = (...kinds: Judgement[]): Field[] =>
    found.filter(([, who]) => kinds.includes(who)).map(([field]) => field);
  const mine = of("mine");
  return {
    ...record,
    ...identity(record, note),
    texts,
    base: { version: note.version, texts: theirs },
    touched: mine.filter((field) => !isContested(record, field)),
    decision: contest(
      record,
      of("both", "mine"),
      of("both"),
      isOther ? null : (record.base?.version ?? null),
    ),
    inflight: null,
  };
}

/** What is contested now: what was and still differs, and what is new. */
function contest(
  record: NoteRecord,
  differing: readonly Field[],
  both: readonly Field[],
  baseVersion: number | null,
): Decision | null {
  const before = record.decision;
  const still = before?.fields.filter((field) => differing.includes(field)) ?? [];
  const fresh = both.filter((field) => !still.includes(field));
  if (!still.length && !fresh.length) return null;
  if (before && still.length) return { ...before, fields: [...still, ...fresh] };
  return { fields: fresh, baseVersion, conflictId: null, sent: {} };
}

/** The note's own id on every device; the ones it had here are still known. */
function identity(record: NoteRecord, note: ServerNote): Partial<NoteRecord> {
  const clientSessionId = note.client_session_id ?? record.clientSessionId;
  const isNew = clientSessionId !== record.clientSessionId;
  return {
    clientSessionId,
    earlierIds: isNew ? [...record.earlierIds, record.clientSessionId] : record.earlierIds,
    appointmentId: note.appointment_id,
    sessionId: note.id,
    status: note.status,
  };
}
