import { expect, test } from "vitest";
import { sources } from "./sources.ts";

const PHYSICAL =
  /(?:^|[;{\s])(?:(?:margin|padding|border|inset)-(?:left|right)|left|right|float|text-align:\s*(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius)\s*:|text-align:\s*(?:left|right)/m;

test("styles name sides by the direction of reading", () => {
  const found = sources("src", ".css").filter(({ text }) => PHYSICAL.test(text));
  expect(found.map(({ path }) => path)).toEqual([]);
});

test("no style is written into an element's markup", () => {
  const found = sources("src", ".tsx").filter(({ text }) => /style="/.test(text));
  expect(found.map(({ path }) => path)).toEqual([]);
});

test("files stay small", () => {
  const long = sources("src", ".ts", ".tsx", ".css").filter(({ text }) => text.split("\n").length > 250);
  expect(long.map(({ path }) => path)).toEqual([]);
});
