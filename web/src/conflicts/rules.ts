// Which texts stand against each other, what can be done about them, and what would come of it.
import type { Schemas } from "../api/client.ts";
import { type Chain, chains, grouped, newestFirst, type Summary } from "../sessions/chains.ts";
import { together } from "./together.ts";

export type { Chain, Summary };
export type View = Schemas["ConflictView"];
export type Resolve = Schemas["ConflictResolve"];

export const FIELDS = ["subjective", "objective", "assessment", "plan"] as const;
export type Field = (typeof FIELDS)[number];
export type Texts = Record<Field, string>;
export const MOST_CHARACTERS = 20_000;

type Sealed = { readonly [field in Field]?: string | null };
export const textsOf = (from: Sealed | null | undefined): Texts =>
  Object.fromEntries(FIELDS.map((field) => [field, from?.[field] ?? ""])) as Texts;

/** Texts about one note stand together, the note with the newest first; of those that wait, repeats are one row. */
export function byNote(all: readonly Summary[], isOpen: boolean): Chain[][] {
  const rows = isOpen ? chains(all) : all.map((head) => ({ head, repeats: [] }));
  rows.sort((one, other) => newestFirst(one.head, other.head));
  return grouped(rows, ({ head }) => head.session_id ?? head.client_session_id);
}

/** What the device's text is compared with: the note in the way, that of an appointment somebody chose, or none. */
export interface Target {
  /** Null: where it was written for. */
  appointmentId: string | null;
  sessionId: string | null;
  status: "none" | Schemas["SessionStatus"];
  version: number | null;
  texts: Texts;
}

export const ownTarget = ({ server, session_id }: View): Target => ({
  appointmentId: null,
  sessionId: session_id,
  status: server?.status ?? "none",
  version: server?.version ?? null,
  texts: textsOf(server),
});

const isWritable = ({ status }: Target): boolean => status === "draft" || status === "finalized";
/** Of the text that was not applied, what says something else than the target does now. */
export function differing(view: View, target: Target): Field[] {
  const mine = textsOf(view);
  const theirs = isWritable(target) ? target.texts : textsOf(null);
  return FIELDS.filter((field) => view.fields.includes(field) && mine[field] !== theirs[field]);
}

export const WAYS = ["mine", "theirs", "both", "amend", "attach", "discard"] as const;
export type Way = (typeof WAYS)[number];

/** What can be done, as the note stands now, whatever the reason was when the text came. */
export function waysOf(view: View, target: Target): Way[] {
  const fields = differing(view, target);
  const says = fields.some((field) => textsOf(view)[field].trim() !== "");
  if (target.appointmentId !== null) return elsewhere(target, says);
  if (target.status === "draft") return fields.length > 0 ? ["mine", "theirs", "both"] : ["theirs"];
  if (target.status === "finalized") return says ? ["amend", "theirs"] : ["theirs"];
  const isPlace = view.reason !== "appointment-missing" && target.status === "archived";
  return isPlace && says ? ["attach", "discard"] : ["discard"];
}

function elsewhere({ status }: Target, says: boolean): Way[] {
  if (!says) return [];
  if (status === "draft") return ["both", "mine"];
  return [status === "finalized" ? "amend" : "attach"];
}

/** Whether the text may belong to another appointment than the one it was sent for. */
export const mayMove = (view: View, target: Target): boolean =>
  target.appointmentId !== null ||
  target.status !== "draft" ||
  view.reason === "appointment-missing" ||
  view.reason === "session-exists";

/** The fields to be edited together, with the words of both. */
export const combined = (view: View, target: Target): Partial<Texts> =>
  Object.fromEntries(
    differing(view, target).map((field) => [field, together(target.texts[field], textsOf(view)[field])]),
  );

export const tooLong = (texts: Partial<Texts>): Field[] =>
  FIELDS.filter((field) => [...(texts[field] ?? "")].length > MOST_CHARACTERS);

/** What somebody typed on the way to a decision. */
export interface Typed {
  texts: Partial<Texts>;
  reason: string;
}

const only = (texts: Texts, fields: readonly Field[]): Partial<Texts> =>
  Object.fromEntries(fields.map((field) => [field, texts[field]]));

/** The text that would stand there: of the note, of the amendment, or of the new note. */
export function outcome(view: View, target: Target, way: Way, typed: Typed): Partial<Texts> {
  const mine = only(textsOf(view), differing(view, target));
  if (way === "mine") return { ...target.texts, ...mine };
  if (way === "both") return { ...target.texts, ...typed.texts };
  if (way === "amend" || way === "attach") return only(textsOf(view), view.fields as Field[]);
  return way === "theirs" ? target.texts : {};
}

/** The same, as the server is asked for it. */
export function request(view: View, target: Target, way: Way, typed: Typed): Resolve {
  const where = target.appointmentId === null ? {} : { appointment_id: target.appointmentId };
  if (way === "both") return { action: "merge", ...wellFormed(typed.texts), ...where };
  if (way === "amend") return { action: "attach", reason: typed.reason.trim(), ...where };
  if (way === "attach") return { action: "attach", ...where };
  if (way === "theirs") return { action: "keep_server" };
  if (way === "discard") return { action: "discard" };
  if (target.appointmentId === null) return { action: "keep_client" };
  return { action: "merge", ...only(textsOf(view), differing(view, target)), ...where };
}

const wellFormed = (texts: Partial<Texts>): Partial<Texts> =>
  Object.fromEntries(Object.entries(texts).map(([field, text]) => [field, text.toWellFormed()]));
