import { expect, inject, test } from "vitest";
import { live } from "./histories/live.ts";
import { place } from "./support/place.ts";

const HISTORIES = 200;
/** The same each time; `./dev bench web histories` lives others. */
const SEED = 16_000;

test("no history against the real server loses a word or makes a conflict with oneself", async () => {
  Object.assign(place, { base: inject("base"), mail: inject("mail") });
  const lived = await live(HISTORIES, SEED);
  expect(lived.broken).toEqual([]);
  expect(lived.words).toBeGreaterThan(HISTORIES);
  expect(lived.conflicts).toBeGreaterThan(0);
}, 900_000);
