import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sizesOf } from "./sizes.ts";

const WEB = join(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "pazpaz-build-"));
const [here, elsewhere, copy] = ["here", "elsewhere", "copy"].map((name) => join(scratch, name)) as [
  string,
  string,
  string,
];

function build(root: string, folder: string): void {
  execFileSync(
    process.execPath,
    [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"],
    {
      cwd: root,
      env: { ...process.env, NODE_ENV: "production", PAZPAZ_WEB_OUT: folder },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
}

/** Of all files that are served: what only the build reads names the folder it ran in. */
const hashes = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => !name.startsWith(".") && statSync(join(folder, name)).isFile())
      .map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex"),
      ]),
  );

beforeAll(() => {
  build(WEB, here);
  const left = new Set(["node_modules", "e2e", "bench"]);
  cpSync(WEB, copy, { recursive: true, filter: (path) => !left.has(relative(WEB, path)) });
  symlinkSync(join(WEB, "node_modules"), join(copy, "node_modules"));
  build(copy, elsewhere);
}, 60_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("a build in another place, at another time, is the same to the byte", () => {
  expect(Object.keys(hashes(here)).length).toBeGreaterThan(10);
  expect(hashes(elsewhere)).toEqual(hashes(here));
});

test("the service worker names each file of the app with its hash, and no page for nobody", () => {
  const [, text] = /^const BUILT=(\{.*?\});\n/.exec(readFileSync(join(here, "sw.js"), "utf8")) ?? [];
  const { files } = JSON.parse(text ?? "") as { files: [string, string][] };
  const served = Object.keys(hashes(here)).filter(
    (name) => !/\.(?:br|gz)$|\.nobody\.html$|^sw\.js$/.test(name),
  );
  expect(files.map(([path]) => path).sort()).toEqual(served.map((name) => `/app/${name}`).sort());
  for (const [path, integrity] of files) {
    const bytes = readFileSync(join(here, path.slice("/app/".length)));
    expect(integrity, path).toBe(`sha256-${createHash("sha256").update(bytes).digest("base64")}`);
  }
});

describe("what the browser has to load, compressed by gzip", () => {
  const kilobytes = (bytes: number): number => Math.round(bytes / 100) / 10;

  test("the scripts of Today stay below 90 kB", () => {
    expect(kilobytes(sizesOf(here).today)).toBeLessThan(90);
  });

  test("all scripts, styles and fonts stay below 230, 16 and 33 kB", () => {
    const { scripts, styles, fonts } = sizesOf(here);
    expect(kilobytes(scripts)).toBeLessThan(230);
    expect(kilobytes(styles)).toBeLessThan(16);
    expect(kilobytes(fonts)).toBeLessThan(33);
  });
});
