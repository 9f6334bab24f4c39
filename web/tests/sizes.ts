import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

interface Part {
  file: string;
  name?: string;
  isEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
}
export type Manifest = Record<string, Part>;

export const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, ".vite/manifest.json"), "utf8")) as Manifest;

/** A part's file and those that it needs before it runs. */
function closure(manifest: Manifest, name: string, found = new Set<string>()): Set<string> {
  const part = manifest[name];
  if (!part || found.has(part.file)) return found;
  found.add(part.file);
  for (const other of part.imports ?? []) closure(manifest, other, found);
  return found;
}

/** The parts a browser loads to show Today in Hebrew: one with Temporal needs no polyfill. */
const TODAY = [
  "index",
  "app", // with Today in it
  "src/today/clinical/ClinicalWaiting.tsx",
  "src/today/clinical/LastNote.tsx",
  "virtual:messages/he",
];

export interface Sizes {
  today: number;
  scripts: number;
  styles: number;
  fonts: number;
}

/** Bytes as they travel: texts by gzip, fonts as they are. */
export function sizesOf(folder: string): Sizes {
  const manifest = manifestOf(folder);
  const names = Object.keys(manifest);
  const needed = new Set<string>();
  for (const wanted of TODAY) {
    const name = names.find((one) => one.endsWith(wanted) || manifest[one]?.name === wanted);
    if (!name) throw new Error(`the build has no ${wanted}`);
    closure(manifest, name, needed);
  }
  const all = readdirSync(join(folder, "assets")).map((name) => `assets/${name}`);
  const sum = (files: Iterable<string>): number =>
    [...files].reduce((bytes, file) => bytes + travels(join(folder, file)), 0);
  return {
    today: sum([...needed].filter((file) => file.endsWith(".js"))),
    scripts: sum(all.filter((file) => file.endsWith(".js") && !isPolyfill(manifest, file))),
    styles: sum(all.filter((file) => file.endsWith(".css"))),
    fonts: sum(all.filter((file) => file.endsWith(".woff2"))),
  };
}

const isPolyfill = (manifest: Manifest, file: string): boolean =>
  Object.entries(manifest).some(([name, part]) => part.file === file && name.includes("temporal-polyfill"));

const travels = (path: string): number =>
  path.endsWith(".woff2") ? statSync(path).size : gzipSync(readFileSync(path), { level: 9 }).length;
