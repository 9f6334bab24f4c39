import "temporal-polyfill/global";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { gate } from "../../src/api/gate.ts";
import { sendAhead, sentAhead } from "../../src/api/sending.ts";

const API = "http://localhost/api/v1";
const LIST = `${API}/appointments`;
const isThere = (): boolean => sentAhead(new Request(LIST)) !== undefined;

let leaving: typeof import("../../src/accounts/leaving.ts");
let isLocked = false;
const kept = new Map<string, string>();

/** A server with one sign-in, which it locks when it is told to. */
async function answered({ url }: Request): Promise<Response> {
  if (url.endsWith("/auth/lock")) isLocked = true;
  return Response.json({
    user: { id: "1", role: "owner" },
    workspace: { timezone: "Asia/Jerusalem", locale: "he" },
    second_factor: { is_required: false, is_enrolled: false, proved_at: null },
    sign_in: { locked: isLocked },
  });
}

beforeAll(async () => {
  const page = { documentElement: { dataset: {}, lang: "he" }, cookie: "pazpaz_language=he" };
  vi.stubGlobal("document", page);
  vi.stubGlobal("location", { origin: "http://localhost", pathname: "/app/more" });
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("fetch", answered);
  leaving = await import("../../src/accounts/leaving.ts");
  leaving.watchGate(() => undefined);
});

beforeEach(() => {
  isLocked = false;
});

describe("what was asked ahead", () => {
  test("is there, once, for whoever is found here at the start", async () => {
    await sendAhead(LIST);
    gate.value = "open";
    expect(isThere()).toBe(true);
    expect(isThere()).toBe(false);
  });

  test.each(["locked", "signed-out", "factor-due", "unknown"] as const)("is gone when %s", async (now) => {
    gate.value = "open";
    await sendAhead(LIST);
    gate.value = now;
    expect(isThere()).toBe(false);
  });

  test("opens nothing that is to be locked first", async () => {
    gate.value = "unknown";
    await sendAhead(`${API}/auth/me`);
    kept.set("pazpaz.lock-due", "1");
    await leaving.enter();
    expect(gate.value).toBe("locked");
  });

  test("is gone when another tab locks", async () => {
    const { askAhead } = await import("../../src/early.ts");
    await askAhead().catch(() => undefined); // there is no page that its addresses could begin with
    await sendAhead(LIST);
    const third = new BroadcastChannel("pazpaz");
    const said = new Promise((resolve) => third.addEventListener("message", resolve));
    new BroadcastChannel("pazpaz").postMessage({ kind: "locked" });
    await said;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isThere()).toBe(false);
  });
});
