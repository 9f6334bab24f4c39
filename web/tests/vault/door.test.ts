import "fake-indexeddb/auto";
import "./page.ts";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { gate, isOnItsOwn } from "../../src/api/gate.ts";
import { isLeaveDue, isLockDue } from "../../src/core/kept.ts";

let data: typeof import("../../src/accounts/data.ts");
let here: typeof import("../../src/accounts/here.ts");
let door: typeof import("../../src/vault/door.ts");
let alone: typeof import("../../src/vault/alone.ts");
let life: typeof import("../../src/vault/life.ts");
let opened: typeof import("../../src/vault/opened.ts");
let owns: typeof import("../../src/vault/owns.ts");

const storage = new Map<string, string>();
const secret = "B".repeat(43);
const bytes = Uint8Array.from(atob(secret), (character) => character.charCodeAt(0));
let asked: string[] = [];
let answer: (path: string) => Response | Promise<Response>;
let number = 0;
const somebody = () => {
  number += 1;
  return { workspaceId: "w", userId: `u${number}`, deviceId: `d${number}`, treats: true };
};
type Somebody = ReturnType<typeof somebody>;

const json = (found: unknown, status = 200): Response =>
  new Response(JSON.stringify(found), { status, headers: { "content-type": "application/json" } });
const notFound = (): Response => json({ type: "/problems/not-found" }, 404);
const removed = (): Response => json({ type: "/problems/device-removed" }, 410);
const meOf = ({ userId, workspaceId }: Somebody, isLocked = false) => ({
  user: { id: userId, role: "owner" },
  workspace: { id: workspaceId, timezone: "Asia/Jerusalem", locale: "he" },
  sign_in: { locked: isLocked, factors: { passkey: false, totp: false } },
  second_factor: { is_enrolled: false, is_required: false, proved_at: null },
});

/** Their own device, with a vault that is closed. */
async function settled(person: Somebody): Promise<Somebody> {
  owns.keepOwn(person);
  await life.createDisk(person, bytes);
  await life.wrapAlso({ passphrase: `passphrase of ${person.userId}` });
  await life.lockVault();
  return person;
}

beforeAll(async () => {
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => storage.set(key, value),
    removeItem: (key: string) => storage.delete(key),
    key: (at: number) => [...storage.keys()][at] ?? null,
    get length() {
      return storage.size;
    },
  });
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    return Promise.resolve(answer(pathname));
  });
  data = await import("../../src/accounts/data.ts");
  here = await import("../../src/accounts/here.ts");
  door = await import("../../src/vault/door.ts");
  alone = await import("../../src/vault/alone.ts");
  life = await import("../../src/vault/life.ts");
  opened = await import("../../src/vault/opened.ts");
  owns = await import("../../src/vault/owns.ts");
});
beforeEach(async () => {
  await door.leaveVault();
  gate.value = "unknown";
  isOnItsOwn.value = false;
  data.me.value = null;
  storage.clear();
  asked = [];
  answer = (path) => (path.endsWith("/secret") ? json({ secret }) : notFound());
});

const openedFor = (): string | undefined => opened.opened.peek()?.whose.userId;

describe("two people's own device", () => {
  test("one who comes in leaves nobody else's vault to go on with", async () => {
    const [one, other] = [await settled(somebody()), await settled(somebody())];
    await life.openDisk(one, { secret: bytes });
    opened.opened.peek()?.end(); // the window is closed, and nothing was locked
    opened.opened.value = null;
    await door.enterVault(other);
    expect(await life.openDisk(one, { handle: true })).toBe(false);
    await life.lockVault();
  });

  test("who opens it without the server does not undo another's lock or leaving", async () => {
    const [one, other] = [await settled(somebody()), await settled(somebody())];
    await life.openDisk(other, { secret: bytes });
    await life.sealedPut("me", meOf(other));
    await life.lockVault();
    for (const due of [isLockDue, isLeaveDue]) due.write(true, one.userId);
    expect(await alone.openByPassphrase(`passphrase of ${other.userId}`)).toBe(true);
    await here.openedHere();
    expect(gate.value).toBe("open");
    expect([isLockDue.read(), isLeaveDue.read()]).toEqual([true, true]);
    for (const due of [isLockDue, isLeaveDue]) due.write(true, other.userId);
    await here.openedHere();
    expect([isLockDue.read(), isLeaveDue.read()]).toEqual([false, false]);
  });

  test("another's sign-in is locked, and neither opened nor sent by, once the server is back", async () => {
    const [one, other] = [await settled(somebody()), await settled(somebody())];
    await life.openDisk(other, { secret: bytes });
    await life.sealedPut("me", meOf(other));
    await life.lockVault();
    await alone.openByPassphrase(`passphrase of ${other.userId}`);
    await here.openedHere();
    expect(opened.vault.value?.world.isOpen.value).toBe(false);
    answer = (path) => {
      if (path.endsWith("/auth/lock")) return new Response(null, { status: 204 });
      if (path.endsWith("/auth/me")) return json(meOf(one, asked.includes("POST /api/v1/auth/lock")));
      return path.endsWith("/secret") ? json({ secret }) : notFound();
    };
    await data.readMe();
    expect(asked).toContain("POST /api/v1/auth/lock");
    expect(asked.some((path) => path.includes(one.deviceId))).toBe(false);
    expect([gate.value, data.me.value?.user.id]).toEqual(["locked", one.userId]);
  });
});

describe("an answer that comes late", () => {
  test("opens nothing that was locked meanwhile", async () => {
    const one = await settled(somebody());
    gate.value = "open";
    answer = async (path) => {
      if (path.endsWith("/secret")) return json({ secret });
      gate.value = "locked";
      return path.endsWith("/auth/me") ? json(meOf(one)) : notFound();
    };
    await data.readMe();
    expect(gate.value).toBe("locked");
    expect(openedFor()).toBeUndefined();
    expect(await life.openDisk(one, { handle: true })).toBe(false);
  });

  test("that a device is removed does not close somebody else's vault", async () => {
    const [one, other] = [await settled(somebody()), await settled(somebody())];
    await life.openDisk(one, { secret: bytes });
    opened.opened.peek()?.end();
    opened.opened.value = null;
    const late = Promise.withResolvers<Response>();
    answer = (path) => (path.includes(one.deviceId) ? late.promise : json({ secret }));
    await door.enterVault(one);
    await door.enterVault(other);
    late.resolve(removed());
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([openedFor(), door.place.value]).toEqual([other.userId, "own"]);
  });
});
