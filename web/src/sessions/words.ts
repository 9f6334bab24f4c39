import type { PlainKey } from "../core/i18n.ts";
import type { Field } from "../vault/texts.ts";

export const NAME: Record<Field, PlainKey> = {
  subjective: "sessions.subjective",
  objective: "sessions.objective",
  assessment: "sessions.assessment",
  plan: "sessions.plan",
};

export const HINT: Record<Field, PlainKey> = {
  subjective: "sessions.subjective-hint",
  objective: "sessions.objective-hint",
  assessment: "sessions.assessment-hint",
  plan: "sessions.plan-hint",
};
