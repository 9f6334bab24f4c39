import { expect, test } from "vitest";
import { handleOf, keyOf, newDataKey } from "../../src/vault/keys.ts";
import { encode, placeOf, seal, unseal } from "../../src/vault/sealed.ts";

const owner = { workspaceId: "w", userId: "u", deviceId: "d" };
const place = placeOf(owner, "notes", "1");
const handle = await handleOf(newDataKey());
const key = await keyOf(handle, "notes");

test.each([0, 1, 251, 252, 253, 160_000])(
  "%i bytes come back, and a multiple of 256 lies there",
  async (size) => {
    const plain = encode("x".repeat(size));
    const sealed = await seal(key, place, plain);
    expect((sealed.length - 12 - 16) % 256).toBe(0);
    expect(await unseal(key, place, sealed)).toEqual(plain);
  },
);

test.each([
  ["workspace", placeOf({ ...owner, workspaceId: "x" }, "notes", "1")],
  ["user", placeOf({ ...owner, userId: "x" }, "notes", "1")],
  ["device", placeOf({ ...owner, deviceId: "x" }, "notes", "1")],
  ["store", placeOf(owner, "photos", "1")],
  ["record", placeOf(owner, "notes", "2")],
])("a record is not taken for another %s's", async (_name, other) => {
  const sealed = await seal(key, place, encode("text"));
  await expect(unseal(key, other, sealed)).rejects.toThrow();
});

test("one byte changed and nothing opens; each store has its own key; the same text is sealed otherwise each time", async () => {
  const sealed = await seal(key, place, encode("text"));
  const changed = sealed.slice();
  changed[40] = (changed[40] ?? 0) ^ 1;
  await expect(unseal(key, place, changed)).rejects.toThrow();
  await expect(unseal(await keyOf(handle, "photos"), place, sealed)).rejects.toThrow();
  expect(await seal(key, place, encode("text"))).not.toEqual(sealed);
});

test("the handle and the keys cannot be read out", async () => {
  await expect(crypto.subtle.exportKey("raw", handle)).rejects.toThrow();
  await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
});
