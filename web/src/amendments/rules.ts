import { FIELDS, type Field, noTexts, storable, type Texts } from "../vault/texts.ts";
import type { NewAmendment } from "./data.ts";

export interface Draft {
  reason: string;
  texts: Texts;
}

export const noDraft = (): Draft => ({ reason: "", texts: noTexts() });

export const isTouched = ({ reason, texts }: Draft): boolean =>
  reason.trim() !== "" || FIELDS.some((field) => texts[field].trim() !== "");

/** What is sent: the reason in one line, and the fields that say something. */
export function amendmentOf({ reason, texts }: Draft): NewAmendment {
  const said = FIELDS.filter((field) => texts[field].trim() !== "");
  const fields = Object.fromEntries(said.map((field) => [field, storable(texts[field])]));
  return {
    reason: storable(reason)
      .trim()
      .replace(/\s*\n\s*/g, " "),
    ...(fields as Partial<Record<Field, string>>),
  };
}

/** What was kept of an amendment that was begun, if it is one. */
export function draftOf(kept: unknown): Draft | null {
  const given = kept as Draft | null | undefined;
  const isOne =
    typeof given?.reason === "string" && FIELDS.every((field) => typeof given.texts?.[field] === "string");
  return isOne ? given : null;
}
