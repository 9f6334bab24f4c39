import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export const LANGUAGES = ["he", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export const FOLDER = join(import.meta.dirname, "..", "messages");

/** The files of a language, `messages/<slice>.<language>.json`. */
export const files = (language: Language): string[] =>
  readdirSync(FOLDER)
    .filter((name) => name.split(".")[1] === language)
    .sort()
    .map((name) => join(FOLDER, name));

/** All messages of a language: `slice.key` to ICU MessageFormat 1. */
export function catalogue(language: Language): Record<string, string> {
  const found: Record<string, string> = {};
  for (const file of files(language)) {
    const slice = basename(file).split(".")[0];
    const part = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    for (const [key, text] of Object.entries(part)) found[`${slice}.${key}`] = text;
  }
  return found;
}
