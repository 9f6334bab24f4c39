import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../tools/catalogue.ts";
import { sources } from "./sources.ts";

const require = createRequire(import.meta.url);
type Token = { type: string; arg?: string; cases?: { key: string; tokens: Token[] }[] };
const { parse } = require("@messageformat/parser") as { parse: (text: string) => Token[] };
const MessageFormat = require("@messageformat/core") as typeof import("@messageformat/core").default;
const [he, en] = [catalogue("he"), catalogue("en")];

const names = (tokens: Token[]): string[] =>
  tokens.flatMap((token) => [
    ...(token.arg ? [token.arg] : []),
    ...(token.cases ?? []).flatMap((branch) => names(branch.tokens)),
  ]);
const argumentsOf = (text: string): string[] => [...new Set(names(parse(text)))].sort();
const plurals = (tokens: Token[]): Token[] => tokens.filter((token) => token.type === "plural");

describe("the words", () => {
  test("both languages say the same things", () => {
    expect(Object.keys(he).sort()).toEqual(Object.keys(en).sort());
  });

  test.each(Object.keys(en))("%s takes the same arguments in both languages", (key) => {
    expect(argumentsOf(he[key] ?? "")).toEqual(argumentsOf(en[key] ?? ""));
  });

  test.each(["he", "en"] as const)("every count in %s reads at 0, 1, 2, 3 and 11", (language) => {
    const format = new MessageFormat(language);
    for (const [key, text] of Object.entries(language === "he" ? he : en)) {
      for (const { arg } of plurals(parse(text))) {
        for (const count of [0, 1, 2, 3, 11]) {
          const given = Object.fromEntries(argumentsOf(text).map((name) => [name, name === arg ? count : 1]));
          expect(format.compile(text)(given), key).not.toBe("");
        }
      }
    }
  });

  test("every message is said somewhere", () => {
    const all = sources("src", ".ts", ".tsx")
      .map(({ text }) => text)
      .join("\n");
    expect(Object.keys(en).filter((key) => !all.includes(`"${key}"`))).toEqual([]);
  });

  test("no Hebrew stands outside messages/", () => {
    const found = sources("src", ".ts", ".tsx").filter(({ text }) => /[\u05d0-\u05ea]/.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});
