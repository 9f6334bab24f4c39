import "fake-indexeddb/auto";
import "./page.ts";
import { deleteDB } from "idb";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { gate } from "../../src/api/gate.ts";

let life: typeof import("../../src/vault/life.ts");
let note: typeof import("../../src/vault/note.ts");
let waiting: typeof import("../../src/vault/waiting.ts");

const secret = new Uint8Array(32).fill(7);
const prf = new Uint8Array(32).fill(9);
let number = 0;
const somebody = (): { workspaceId: string; userId: string; deviceId: string } => {
  number += 1;
  return { workspaceId: "w", userId: `u${number}`, deviceId: "d" };
};

beforeAll(async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  life = await import("../../src/vault/life.ts");
  note = await import("../../src/vault/note.ts");
  waiting = await import("../../src/vault/waiting.ts");
});
beforeEach(async () => {
  gate.value = "open";
  await life.lockVault();
});

async function everythingOnDisk(): Promise<string> {
  const found: unknown[] = [];
  for (const { name } of await indexedDB.databases()) {
    const open = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name ?? "");
      request.onsuccess = () => resolve(request.result);
    });
    for (const table of open.objectStoreNames) {
      const store = open.transaction(table).objectStore(table);
      for (const request of [store.getAll(), store.getAllKeys()]) {
        found.push(await new Promise((resolve) => (request.onsuccess = () => resolve(request.result))));
      }
    }
    open.close();
  }
  const bytes = (_key: string, value: unknown): unknown =>
    value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : value;
  return JSON.stringify(found, bytes);
}

const write = async (whose: ReturnType<typeof somebody>, text: string): Promise<string> => {
  await life.createDisk(whose, secret);
  const open = await note.beginUnfiled();
  open.write("plan", text);
  await open.flush();
  return open.clientSessionId;
};

const textHere = async (clientSessionId: string): Promise<string> =>
  (await note.openNote({ clientSessionId })).texts.value.plan;

describe("a vault that is made a second time", () => {
  test("is the one that was there: what it holds still opens", async () => {
    const whose = somebody();
    const id = await write(whose, "typed in the first tab");
    await life.createDisk(whose, secret); // a tab that had found none yet
    await life.lockVault();
    expect(await life.openDisk(whose, { secret })).toBe(true);
    expect(await textHere(id)).toBe("typed in the first tab");
  });

  test("has one data key, also if two tabs make it at once", async () => {
    const whose = somebody();
    await Promise.all([life.createDisk(whose, secret), life.createDisk(whose, secret)]);
    const open = await note.beginUnfiled();
    open.write("plan", "typed");
    await open.flush();
    await life.lockVault();
    expect(await life.openDisk(whose, { secret })).toBe(true);
    expect(await textHere(open.clientSessionId)).toBe("typed");
  });

  test("is not written over by who has another secret", async () => {
    const whose = somebody();
    const id = await write(whose, "typed");
    await life.lockVault();
    await expect(life.createDisk(whose, prf)).rejects.toMatchObject({ slug: "vault-of-another-secret" });
    expect(await life.openDisk(whose, { secret })).toBe(true);
    expect(await textHere(id)).toBe("typed");
  });
});

describe("a vault on the disk", () => {
  test("says a text is on the device once it is, and holds no word of it in plain", async () => {
    const whose = somebody();
    await life.createDisk(whose, secret);
    const open = await note.beginUnfiled();
    expect(open.state.value).toEqual({ kind: "saved", at: null });
    open.write("plan", "CANARY");
    expect(open.state.value.kind).toBe("saving");
    await open.flush();
    expect(open.state.value.kind).toBe("on-device");
    await life.sealedPut("CANARYNAME", { first_name: "CANARY" });
    expect(await life.sealedGet("CANARYNAME")).toEqual({ first_name: "CANARY" });
    expect(await everythingOnDisk()).not.toContain("CANARY");
  });

  test.each([
    ["the server's secret", { secret }, true],
    ["the passkey", { prf }, true],
    ["the passphrase", { passphrase: "twelve letters" }, true],
    ["another secret", { secret: prf }, false],
    ["another passphrase", { passphrase: "twelve lettert" }, false],
  ])("is opened by %s or not", async (_name, by, does) => {
    const whose = somebody();
    const id = await write(whose, "text");
    await life.wrapAlso({ prf });
    await life.wrapAlso({ passphrase: "twelve letters" });
    expect(await life.wraps(whose)).toEqual({ secret: true, prf: true, passphrase: true });
    await life.lockVault();
    expect(waiting.waiting.value).toEqual([]);
    expect(await life.openDisk(whose, by)).toBe(does);
    if (does) expect(await textHere(id)).toBe("text");
  });

  test("goes on after a crash by its handle, and after a lock it does not", async () => {
    const whose = somebody();
    const id = await write(whose, "text");
    expect(await life.openDisk(whose, { handle: true })).toBe(true);
    expect(await textHere(id)).toBe("text");
    await expect(life.wrapAlso({ prf })).rejects.toMatchObject({ slug: "vault-key-due" });
    await life.lockVault();
    expect(await life.openDisk(whose, { handle: true })).toBe(false);
  });

  test.each([
    ["eleven minutes later", 11 * 60_000],
    ["when the clock went back", -60_000],
  ])("a handle is stale %s, and gone", async (_name, later) => {
    const whose = somebody();
    await write(whose, "text");
    const now = Date.now();
    const clock = vi.spyOn(Date, "now").mockReturnValue(now + later);
    expect(await life.openDisk(whose, { handle: true })).toBe(false);
    clock.mockReturnValue(now);
    expect(await life.openDisk(whose, { handle: true })).toBe(false);
    clock.mockRestore();
  });

  test("is nobody else's: neither by name nor by what a record is bound to", async () => {
    const whose = somebody();
    await write(whose, "text");
    expect(await life.openDisk({ ...whose, userId: "other" }, { secret })).toBe(false);
    expect(await life.openDisk({ ...whose, workspaceId: "other" }, { secret })).toBe(false);
  });

  test("is gone when it is destroyed", async () => {
    const whose = somebody();
    await write(whose, "text");
    await life.destroyVault(whose);
    expect(await life.wraps(whose)).toEqual({ secret: false, prf: false, passphrase: false });
    expect(await life.openDisk(whose, { secret })).toBe(false);
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(`vault-d-${whose.userId}`);
  });

  test("whose disk another tab deletes complains of nothing, and says where the text is", async () => {
    const whose = somebody();
    await life.createDisk(whose, secret);
    const open = await note.beginUnfiled();
    const complaints: unknown[] = [];
    const hear = (error: unknown): void => void complaints.push(error);
    process.on("unhandledRejection", hear);
    await deleteDB(`vault-d-${whose.userId}`);
    const other = new BroadcastChannel(`pazpaz-vault-d-${whose.userId}`);
    other.postMessage({ kind: "changed", id: crypto.randomUUID() });
    open.write("plan", "text");
    await vi.waitFor(() => expect(open.state.value.kind).toBe("window-only"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    other.close();
    process.off("unhandledRejection", hear);
    expect(complaints).toEqual([]);
  });

  test("a short passphrase is refused", async () => {
    await life.createDisk(somebody(), secret);
    await expect(life.wrapAlso({ passphrase: "elevenchars" })).rejects.toMatchObject({ status: 422 });
  });
});

test("drafts that the server has stay, and are not counted among those that wait", async () => {
  const { countSealed } = await import("../../src/vault/outside.ts");
  const whose = somebody();
  await write(whose, "text");
  expect(await countSealed(whose)).toBe(1);
  const { store } = (await import("../../src/vault/opened.ts")).vault.value?.world ?? {};
  const [record] = (await store?.all()) ?? [];
  if (record) await store?.put({ ...record, appointmentId: "a", touched: [] });
  expect(await store?.all()).toHaveLength(1);
  expect(await countSealed(whose)).toBe(0);
});

describe("a shared computer", () => {
  const whose = { workspaceId: "w", userId: "shared", deviceId: null };

  test("says that a text is in this window only, and keeps it over a lock for the same person", async () => {
    life.openMemory(whose);
    const open = await note.beginUnfiled();
    open.write("plan", "CANARY");
    await open.flush();
    expect(open.state.value.kind).toBe("window-only");
    await life.lockVault();
    expect(waiting.waiting.value).toEqual([]);
    life.openMemory({ ...whose, userId: "other" });
    expect(waiting.waiting.value).toEqual([]);
    life.openMemory(whose);
    await vi.waitFor(() => expect(waiting.waiting.value).toHaveLength(1));
    expect(await textHere(open.clientSessionId)).toBe("CANARY");
    expect(await everythingOnDisk()).not.toContain("CANARY");
  });
});
