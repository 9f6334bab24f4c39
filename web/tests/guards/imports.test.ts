import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { sources } from "./sources.ts";

// High to low: a folder imports only from folders in lines below its own.
const LAYERS = [
  ["sw"], // a world of its own, which nobody imports
  ["main"],
  ["start", "early"],
  ["shell"],
  ["features"],
  ["today", "calendar", "clientpage", "welcome", "notepage", "conflicts"],
  [
    "accounts",
    "factors",
    "clients",
    "appointments",
    "sessions",
    "amendments",
    "attachments",
    "moves",
    "plans",
    "papers",
    "timeline",
    "reminders",
    "texts",
  ],
  ["vault"],
  ["api"],
  ["ui"],
  ["core"],
];
const levelOf = (folder: string): number => LAYERS.findIndex((layer) => layer.includes(folder));
// The menu and the routes follow the signed-in person's role.
const folderOf = (path: string): string => path.replace(/^src\//, "").split(/[/.]/)[0] ?? "";

const edges = sources("src", ".ts", ".tsx").flatMap(({ path, text }) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((found) => ({
    from: path,
    to: join(dirname(path), found[1] ?? ""),
  })),
);

describe("who may import whom", () => {
  test("every folder has its place", () => {
    const folders = new Set(sources("src", ".ts", ".tsx").map(({ path }) => folderOf(path)));
    expect([...folders].filter((folder) => levelOf(folder) < 0)).toEqual([]);
  });

  test("imports go down only, and no slice imports another", () => {
    const wrong = edges.filter(({ from, to }) => {
      const [above, below] = [folderOf(from), folderOf(to)];
      return above !== below && !to.includes("messages/") && levelOf(below) <= levelOf(above);
    });
    expect(wrong).toEqual([]);
  });
});

describe("one home for each power", () => {
  const homes: [string, RegExp, string[]][] = [
    ["asks the network", /\bfetch\(/, ["src/api/sending.ts", "src/sw/sw.ts"]],
    ["sends a file", /\bXMLHttpRequest\(/, ["src/api/uploading.ts"]],
    [
      "keeps anything in the browser",
      /\b(localStorage|sessionStorage|indexedDB|caches)\b/,
      ["src/core/kept.ts", "src/vault/database.ts", "src/sw/sw.ts"],
    ],
    ["keeps anything sealed", /from "idb"/, ["src/vault/database.ts"]],
    ["uses a key", /\bsubtle\b/, ["src/vault/sealed.ts", "src/vault/keys.ts", "src/vault/disk.ts"]],
    ["makes markup of text", /innerHTML|outerHTML|insertAdjacentHTML|DOMParser|srcdoc/i, []],
    ["names Trusted Types", /trustedTypes/, ["src/core/policy.ts"]],
  ];
  test.each(homes)("only its home %s", (_power, pattern, allowed) => {
    const found = sources("src", ".ts", ".tsx").filter(({ text }) => pattern.test(text));
    expect(found.map(({ path }) => path).filter((path) => !allowed.includes(path))).toEqual([]);
  });
});
