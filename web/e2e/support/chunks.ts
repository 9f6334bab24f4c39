import { readFileSync } from "node:fs";
import { join } from "node:path";

const MANIFEST = join(import.meta.dirname, "../../../backend/src/pazpaz/webapp/assets/.vite/manifest.json");
type Part = { file: string; src?: string; isDynamicEntry?: boolean };

/** The built files of what was written in such sources; a file that others share is named by none. */
export function filesOf(source: RegExp): string[] {
  const manifest = JSON.parse(readFileSync(MANIFEST, "utf8")) as Record<string, Part>;
  return Object.values(manifest)
    .filter(({ src, isDynamicEntry }) => isDynamicEntry && source.test(src ?? ""))
    .map(({ file }) => file);
}
