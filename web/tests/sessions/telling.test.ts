import { expect, test } from "vitest";
import { waitOf } from "../../src/sessions/telling.ts";

test("whoever listens is told at most every ten seconds", () => {
  expect(waitOf(0, 3000)).toBe(7000);
  expect(waitOf(0, 10_000)).toBe(0);
  expect(waitOf(0, 60_000)).toBe(0);
});
