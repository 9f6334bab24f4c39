import { afterEach, expect, test, vi } from "vitest";
import { isOnline, reached } from "../../src/core/online.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  reached(true);
});

test("an answer that was on its way when the connection went does not bring it back", () => {
  vi.stubGlobal("navigator", { onLine: false });
  reached(false);
  reached(true);
  expect(isOnline.value).toBe(false);
});

test("a request that fails tells before the browser does, and the next answer takes it back", () => {
  reached(false);
  expect(isOnline.value).toBe(false);
  reached(true);
  expect(isOnline.value).toBe(true);
});
