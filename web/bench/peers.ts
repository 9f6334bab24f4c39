import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const HERE = import.meta.dirname;
const STAMP = join(HERE, "node_modules/.installed");

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** What only comparisons need, installed from a lock of its own when they are first asked for. */
export function ensurePeers(): void {
  const lock = read(join(HERE, "package-lock.json"));
  if (read(STAMP) === lock) return;
  const npm = process.env.PAZPAZ_NPM ?? "";
  execFileSync(process.execPath, [npm, "ci", "--loglevel=error"], { cwd: HERE, stdio: "inherit" });
  writeFileSync(STAMP, lock);
}
