// A note as the vault knows it: four texts. "" is no text.
import type { Schemas } from "../api/client.ts";

export const FIELDS = ["subjective", "objective", "assessment", "plan"] as const;
export type Field = (typeof FIELDS)[number];
export type Texts = Record<Field, string>;
export type ServerNote = Schemas["Session"];

export const noTexts = (): Texts => ({ subjective: "", objective: "", assessment: "", plan: "" });

/** The texts of what has them as the API writes them: no text may be null, or left out. */
export function textsOf(from: Partial<Record<Field, string | null>>): Texts {
  return Object.fromEntries(FIELDS.map((field) => [field, from[field] ?? ""])) as Texts;
}

/** Some of the texts. */
export const pick = (texts: Texts, fields: readonly Field[]): Partial<Texts> =>
  Object.fromEntries(fields.map((field) => [field, texts[field]]));

export const saysNothing = (texts: Texts): boolean => FIELDS.every((field) => !texts[field].trim());

/** Half of a character, which no server can store, and U+0000, which this one refuses, are taken out. */
export const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "");
