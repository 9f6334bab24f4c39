import { dayOf, time } from "../core/format.ts";
import { type PlainKey, t } from "../core/i18n.ts";
import type { Field, Summary, Way } from "./rules.ts";

const FIELD: Record<Field, PlainKey> = {
  subjective: "sessions.subjective",
  objective: "sessions.objective",
  assessment: "sessions.assessment",
  plan: "sessions.plan",
};
export const fieldWords = (field: string): string => t(FIELD[field as Field]);

const REASON: Record<Summary["reason"], { short: PlainKey; long: PlainKey }> = {
  "appointment-missing": { short: "conflicts.missing", long: "conflicts.missing-why" },
  "session-exists": { short: "conflicts.exists", long: "conflicts.exists-why" },
  "session-finalized": { short: "conflicts.finalized", long: "conflicts.finalized-why" },
  "edited-elsewhere": { short: "conflicts.edited", long: "conflicts.edited-why" },
  "too-old": { short: "conflicts.old", long: "conflicts.old-why" },
};
export const reasonWords = (reason: Summary["reason"]): string => t(REASON[reason].short);
export const whyWords = (reason: Summary["reason"]): string => t(REASON[reason].long);

const WAY: Record<Way, { name: PlainKey; act: PlainKey; result: PlainKey }> = {
  mine: { name: "conflicts.mine", act: "conflicts.mine-act", result: "conflicts.note-will" },
  theirs: { name: "conflicts.theirs", act: "conflicts.theirs-act", result: "conflicts.note-stays" },
  both: { name: "conflicts.both", act: "conflicts.both-act", result: "conflicts.note-will" },
  amend: { name: "conflicts.amend", act: "conflicts.amend-act", result: "conflicts.amendment-will" },
  attach: { name: "conflicts.attach", act: "conflicts.attach-act", result: "conflicts.new-note-will" },
  discard: { name: "conflicts.discard", act: "conflicts.discard-act", result: "conflicts.discard-will" },
};
export const wayWords = (way: Way): string => t(WAY[way].name);
export const actWords = (way: Way): string => t(WAY[way].act);
export const resultWords = (way: Way): string => t(WAY[way].result);

const RESOLUTION: Record<NonNullable<Summary["resolution"]>, PlainKey> = {
  keep_server: "conflicts.did-keep-server",
  keep_client: "conflicts.did-keep-client",
  merge: "conflicts.did-merge",
  attach: "conflicts.did-attach",
  discard: "conflicts.did-discard",
};
export const resolutionWords = (resolution: NonNullable<Summary["resolution"]>): string =>
  t(RESOLUTION[resolution]);

export const moment = (instant: string): string =>
  t("conflicts.moment", { day: dayOf(instant), time: time(instant) });
