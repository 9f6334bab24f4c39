import "../vault/page.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reached } from "../../src/core/online.ts";

/** A server that takes every request and never answers, as a line with one bar does. */
const silent = (_request: Request, { signal }: RequestInit = {}): Promise<Response> =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason));
  });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", silent);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  reached(true);
});

test("a server that never answers is one that cannot be reached", async () => {
  const { api } = await import("../../src/api/client.ts");
  const { isOnline } = await import("../../src/core/online.ts");
  const asked = api.GET("/api/v1/auth/me").then(
    () => null,
    (error: unknown) => error,
  );
  await vi.advanceTimersByTimeAsync(10_000);
  expect(isOnline.value).toBe(true);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await Promise.race([asked, "still asked"])).toMatchObject({ status: 0, slug: "offline" });
  expect(isOnline.value).toBe(false);
});

test("one's own device waits less for who is signed in, so that it starts", async () => {
  vi.stubGlobal("localStorage", { getItem: () => null });
  const { askAhead } = await import("../../src/early.ts");
  const { sentAhead } = await import("../../src/api/sending.ts");
  vi.stubGlobal(
    "Request",
    class extends Request {
      constructor(path: string, init?: RequestInit) {
        super(new URL(path, "http://localhost"), init);
      }
    },
  );
  void askAhead().catch(() => undefined);
  const asked = sentAhead(new Request("/api/v1/auth/me"))?.then(
    () => "answered",
    () => "given up",
  );
  await vi.advanceTimersByTimeAsync(8_000);
  expect(await Promise.race([asked, "still asked"])).toBe("given up");
});
