import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const WEB = join(import.meta.dirname, "..", "..");

export interface Source {
  /** Below `web/`, such as `src/ui/Button.tsx`. */
  path: string;
  text: string;
}

/** The project's own files below a folder, by the ends of their names; generated ones are left out. */
export function sources(folder: string, ...endings: string[]): Source[] {
  return readdirSync(join(WEB, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .filter((name) => !/\.gen\.ts$|^api\/schema\.ts$/.test(name))
    .map((name) => join(WEB, folder, name))
    .map((path) => ({ path: relative(WEB, path), text: readFileSync(path, "utf8") }));
}
