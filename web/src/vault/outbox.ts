// The state machine of a note on this device: events in, the new record and what is to be done next out. Nothing here waits.
import type { Problem } from "../api/problems.ts";
import { absorb } from "./merging.ts";
import type { Decision, Inflight, NoteRecord } from "./record.ts";
import { FIELDS, type Field, pick, type ServerNote, saysNothing, storable, type Texts } from "./texts.ts";

/** What a device's clock says is only made to go forward. */
const later = (record: NoteRecord, now: number): number => Math.max(record.updatedAt + 1, Math.round(now));

/** Contested text is sent again only after a long pause. */
export const QUIET = 60_000;

export function typed(record: NoteRecord, field: Field, text: string, now: number): NoteRecord {
  const kept = storable(text);
  if (kept === record.texts[field]) return record;
  const at = later(record, now);
  const texts = { ...record.texts, [field]: kept };
  const isContested = record.decision?.fields.includes(field);
  const isBack = kept === (record.base?.texts[field] ?? "") && record.inflight?.texts[field] === undefined;
  const others = record.touched.filter((one) => one !== field);
  return {
    ...record,
    texts,
    touched: isContested || isBack ? others : [...others, field],
    refused: null,
    createdAt: record.createdAt || at,
    updatedAt: at,
  };
}

export function filed(record: NoteRecord, appointmentId: string): NoteRecord {
  return record.appointmentId === null ? { ...record, appointmentId } : record;
}

/** Whether it is, or was, known here by this id. */
export const hasId = (record: NoteRecord, clientSessionId: string): boolean =>
  record.clientSessionId === clientSessionId || record.earlierIds.includes(clientSessionId);

/** Contested text that the server has not kept yet. */
const unkept = (record: NoteRecord): Field[] =>
  record.decision?.fields.filter((field) => record.decision?.sent[field] !== record.texts[field]) ?? [];

/** Whether anything here is not acknowledged. */
export function isWaiting(record: NoteRecord): boolean {
  const isUnfiled = record.appointmentId === null && !saysNothing(record.texts);
  const isDue = isUnfiled || isNoteDue(record) || record.touched.length > 0;
  return isDue || record.inflight !== null || unkept(record).length > 0;
}

const isNoteDue = ({ wantsNote, sessionId }: NoteRecord): boolean => wantsNote && sessionId === null;

/** Whether it has to stay on this device. */
export const isKept = (record: NoteRecord): boolean =>
  isWaiting(record) || record.decision !== null || record.wantsFinal;

export interface Planning {
  now: number;
  /** Closing or locking: nothing waits for a pause. */
  isLast?: boolean;
}

/** What to send now, alone: what has no answer yet goes first, exactly as it was. */
export function plan(given: NoteRecord, planning: Planning): { record: NoteRecord; send: Inflight | null } {
  if (given.inflight) return { record: given, send: given.inflight };
  if (given.appointmentId === null || given.refused) return { record: given, send: null };
  const record = given.status === "draft" ? given : contested(given, given.touched);
  const send = forDecision(record, planning) ?? forNote(record);
  return { record: send ? { ...record, inflight: send } : record, send };
}

function forDecision(record: NoteRecord, { now, isLast }: Planning): Inflight | null {
  const { decision } = record;
  if (!decision || !unkept(record).length) return null;
  const isQuiet = isLast || now - record.updatedAt >= QUIET || now < record.updatedAt - QUIET;
  if (decision.conflictId !== null && !isQuiet && !hasNewField(decision)) return null;
  return inflight(record, "sync", decision.fields, decision.baseVersion);
}

const hasNewField = (decision: Decision): boolean =>
  decision.fields.some((field) => decision.sent[field] === undefined);

function forNote(record: NoteRecord): Inflight | null {
  const { touched, sessionId, base } = record;
  if (!touched.length && !isNoteDue(record)) return null;
  if (sessionId !== null && base) return inflight(record, "put", touched, base.version);
  return inflight(record, "post", touched, null);
}

function inflight(
  record: NoteRecord,
  kind: Inflight["kind"],
  fields: readonly Field[],
  baseVersion: number | null,
): Inflight {
  return {
    kind,
    clientSessionId: record.clientSessionId,
    texts: pick(record.texts, fields),
    baseVersion,
    at: record.updatedAt,
    key: crypto.randomUUID(),
  };
}

/** These fields can only be kept beside the server's. */
function contested(record: NoteRecord, fields: readonly Field[]): NoteRecord {
  if (!fields.length) return record;
  const before = record.decision;
  const decision: Decision = before
    ? { ...before, fields: FIELDS.filter((one) => before.fields.includes(one) || fields.includes(one)) }
    : { fields, baseVersion: record.base?.version ?? null, conflictId: null, sent: {} };
  return { ...record, decision, touched: record.touched.filter((one) => !fields.includes(one)) };
}

/** What is to be done after an answer. */
export type Then =
  | { do: "go-on" }
  | { do: "read"; sessionId: string; isTaken: boolean }
  | { do: "wait"; seconds: number | null }
  | { do: "stop" };
export interface Step {
  record: NoteRecord;
  then: Then;
}

const GO_ON: Then = { do: "go-on" };
const step = (record: NoteRecord, then: Then = GO_ON): Step => ({ record, then });

/** The server has what was sent, in the note as it is now. */
export function saved(record: NoteRecord, note: ServerNote, now: number): Step {
  const taken = record.inflight?.texts ?? {};
  return step({ ...absorb(record, note, { taken }), savedAt: now, refused: null });
}

/** The note as it is now; `isTaken`: the server said that it took what was sent. */
export function read(record: NoteRecord, note: ServerNote, now: number, isTaken = false): Step {
  const sent = record.inflight?.texts ?? {};
  const known = absorb(record, note, isTaken ? { taken: sent } : { perhaps: sent });
  const hadSome = record.inflight !== null || record.touched.length > 0;
  return step(hadSome && !isWaiting(known) ? { ...known, savedAt: now } : known);
}

export interface SyncResult {
  server_session_id: string | null;
  status: "created" | "updated" | "unchanged" | "conflict" | "rejected";
  conflict_id: string | null;
  error: { type: string; errors: unknown[] } | null;
}

/** What became of an item; the note itself is read after it, since an item may have changed a part of it. */
export function synced(record: NoteRecord, result: SyncResult): Step {
  if (result.status === "rejected") {
    const members = { errors: result.error?.errors ?? [] };
    return step(refuse(record, { status: 422, slug: result.error?.type ?? "invalid", members }));
  }
  const sessionId = result.server_session_id;
  const kept = result.status === "conflict" ? keptBoth(record, result.conflict_id) : record;
  if (sessionId !== null) return step(kept, { do: "read", sessionId, isTaken: result.status !== "conflict" });
  return step({ ...kept, inflight: null });
}

/** The server keeps both texts until somebody decides. */
function keptBoth(record: NoteRecord, conflictId: string | null): NoteRecord {
  const sent = record.inflight?.texts ?? {};
  const fields = Object.keys(sent) as Field[];
  const known = contested(record, fields);
  const decision = known.decision && {
    ...known.decision,
    conflictId,
    sent: { ...known.decision.sent, ...sent },
  };
  return { ...known, decision };
}

const refuse = (record: NoteRecord, refused: NoteRecord["refused"]): NoteRecord => ({
  ...record,
  inflight: null,
  refused,
  touched: record.inflight?.kind === "sync" ? record.touched : union(record.touched, record.inflight?.texts),
});

const union = (touched: readonly Field[], texts: Partial<Texts> = {}): Field[] =>
  FIELDS.filter((field) => touched.includes(field) || texts[field] !== undefined);

const AGAIN = new Set([0, 408, 425, 429]);
const READ = new Set([
  "session-already-exists",
  "client-session-id-taken",
  "session-finalized",
  "invalid-status-transition",
]);

/** No status deletes text. */
export function refusedBy(record: NoteRecord, problem: Problem): Step {
  const { status, slug, members } = problem;
  const isUnanswered = AGAIN.has(status) || status >= 500 || slug === "request-in-progress";
  if (isUnanswered) return step(record, { do: "wait", seconds: problem.retryAfter });
  if (status === 401 || status === 403) return step(record, { do: "stop" });
  const sessionId = (members.session_id as string | null | undefined) ?? record.sessionId;
  if ((status === 412 || READ.has(slug)) && sessionId) {
    return step(record, { do: "read", sessionId, isTaken: false });
  }
  if (status === 404 && record.inflight && record.inflight.kind !== "sync") return step(placeless(record));
  return step(refuse(record, { status, slug, members }));
}

/** Its appointment, or the note, is not there: the server keeps the text until somebody gives it a place. */
function placeless(record: NoteRecord): NoteRecord {
  const fields = union(record.touched, record.inflight?.texts);
  return { ...contested({ ...record, touched: fields }, fields), inflight: null };
}

/** Somebody decided, here or elsewhere: what was typed after the text that was sent is still to be saved. */
export function decided(record: NoteRecord, note: ServerNote, now: number, isHere: boolean): Step {
  const { decision } = record;
  if (!decision) return read(record, note, now);
  const since = decision.fields.filter((field) => record.texts[field] !== decision.sent[field]);
  const touched = union(record.touched, pick(record.texts, since));
  const known = { ...record, decision: null, touched };
  const perhaps = { ...record.inflight?.texts, ...decision.sent };
  const made = absorb(known, note, { perhaps, unseen: isHere ? [] : decision.fields });
  return step({ ...made, refused: null, savedAt: now });
}

/** The text was set aside, and there is no note of it. */
export function discarded(record: NoteRecord): Step {
  const { decision } = record;
  if (!decision) return step(record);
  const since = decision.fields.filter((field) => record.texts[field] !== decision.sent[field]);
  const texts = { ...record.texts };
  for (const field of decision.fields) if (!since.includes(field)) texts[field] = "";
  const touched = union(record.touched, pick(texts, since));
  return step({ ...record, texts, touched, decision: null, inflight: null });
}
