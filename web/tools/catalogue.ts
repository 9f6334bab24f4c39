import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const LANGUAGES = ["he", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export const FOLDER = join(import.meta.dirname, "..", "messages");

/** All messages of a language: `slice.key` to ICU MessageFormat 1, from `messages/<slice>.<language>.json`. */
export function catalogue(language: Language): Record<string, string> {
  const found: Record<string, string> = {};
  for (const file of readdirSync(FOLDER).sort()) {
    const [slice, of] = file.split(".");
    if (of !== language) continue;
    const part = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Record<string, string>;
    for (const [key, text] of Object.entries(part)) found[`${slice}.${key}`] = text;
  }
  return found;
}
