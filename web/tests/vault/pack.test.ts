import "fake-indexeddb/auto";
import "./page.ts";
import { expect, test } from "vitest";
import type { Pack } from "../../src/vault/pack.ts";

const { isPacked } = await import("../../src/vault/pack.ts");

const found = { from: "2026-11-27T22:00:00Z", to: "2026-12-06T22:00:00Z" } as Pack;

test.each([
  ["its first day", "2026-11-27T22:00:00Z", "2026-11-28T22:00:00Z", true],
  ["its last", "2026-12-05T22:00:00Z", "2026-12-06T22:00:00Z", true],
  ["the day before", "2026-11-26T22:00:00Z", "2026-11-27T22:00:00Z", false],
  ["the day after", "2026-12-06T22:00:00Z", "2026-12-07T22:00:00Z", false],
  ["a day that it ends within", "2026-12-06T00:00:00+02:00", "2026-12-07T01:00:00+02:00", false],
])("the pack says something of %s, or nothing", (_, from, to, isWhole) => {
  expect(isPacked(found, { from, to })).toBe(isWhole);
});
