// One's own device keeps what is typed: what of it can be read by whoever takes the device's disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { Line } from "./support/line.ts";
import { hasShell, makeOwn, press } from "./support/own.ts";
import { openPractice, type Person } from "./support/people.ts";
import { filesWith, openProfile } from "./support/profile.ts";
import { aClient, type Booked, book } from "./support/stock.ts";
import { expect, test } from "./support/test.ts";

const HOUR = 3_600_000;
// Words that nothing else says: a name, a final note of before, what is written with the server, and without it.
const NAME = "צפרדעונית";
const BEFORE = "קרסוליים";
const WRITTEN = "חרגולים";
const UNSENT = "שפיריתות";
const CANARIES = [NAME, BEFORE, WRITTEN, UNSENT, "zebrafinch"];
const PLAIN = "גחלילית";

async function aPractice(): Promise<{ owner: Person; hour: Booked; client: { id: string } }> {
  const owner = await openPractice();
  const client = await aClient(owner, NAME, "zebrafinch");
  const earlier = await book(owner, { client, start: new Date(Date.now() - 30 * HOUR).toISOString() });
  const note = await owner.post("/sessions", { appointment_id: earlier.id, assessment: BEFORE });
  await owner.ask("PATCH", `/sessions/${note.id}/finalize`, undefined, { "if-match": `"${note.version}"` });
  return {
    owner,
    client,
    hour: await book(owner, { client, start: new Date(Date.now() - HOUR / 3).toISOString() }),
  };
}

const isAt = (page: Page, state: string): Promise<void> => page.locator(`[data-state="${state}"]`).waitFor();

/** Every key and record of every database of this origin; bytes as text, in both codings. */
function databases(): Promise<string> {
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const textOf = (bytes: ArrayBuffer): string =>
    ["utf-8", "utf-16le"].map((coding) => new TextDecoder(coding).decode(bytes)).join("\n");
  const told = (_key: string, value: unknown): unknown => {
    if (value instanceof ArrayBuffer) return textOf(value);
    return ArrayBuffer.isView(value) ? textOf(value.buffer as ArrayBuffer) : value;
  };
  const all = async (name: string): Promise<unknown[]> => {
    const database = await done(indexedDB.open(name));
    const stores = [...database.objectStoreNames].map((store) =>
      database.transaction(store).objectStore(store),
    );
    const found = await Promise.all(
      stores.flatMap((store) => [done(store.getAllKeys()), done(store.getAll())]),
    );
    database.close();
    return found;
  };
  const names = indexedDB.databases().then((found) => found.map(({ name }) => name ?? ""));
  return names.then(async (all_) => JSON.stringify([all_, await Promise.all(all_.map(all))], told));
}

async function shelves(): Promise<string> {
  const found = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys())
      found.push(request.url, (await (await cache.match(request))?.text()) ?? "");
  }
  return found.join("\n");
}

/** All that a page of this origin can read of what the browser keeps for it. */
const readable = async (page: Page): Promise<string> =>
  (await page.evaluate(databases)) + (await page.evaluate(shelves));

/** The same word, kept as it is where the app keeps things. */
const keepPlain = (page: Page, word: string): Promise<void> =>
  page.evaluate(async (word) => {
    const opening = indexedDB.open("plain");
    opening.onupgradeneeded = () => opening.result.createObjectStore("notes");
    await new Promise((resolve) => {
      opening.onsuccess = resolve;
    });
    const writing = opening.result.transaction("notes", "readwrite", { durability: "strict" });
    writing.objectStore("notes").put({ subjective: word }, "1");
    await new Promise((resolve) => {
      writing.oncomplete = resolve;
    });
    opening.result.close();
    await (await caches.open("plain")).put("/app/plain", new Response(word));
  }, word);

test("nothing of a client or a note can be read in the folder of a browser that keeps them, sealed", {
  timeout: 180_000,
}, async () => {
  const { owner, hour, client } = await aPractice();
  const folder = mkdtempSync(join(tmpdir(), "pazpaz-canary-"));
  const line = await Line.for((args) => openProfile(folder, owner, args));
  try {
    const page = await line.browser.newPage();
    await page.goto("/app/");
    await makeOwn(page);
    await press(page, "welcome.own-done");
    await hasShell(page);
    for (const path of ["/app/", "/app/calendar?view=week", "/app/clients", `/app/clients/${client.id}`]) {
      await page.goto(path);
      await page.getByText(NAME).first().waitFor();
    }
    await page.goto(`/app/notes/${hour.id}`);
    await page.getByRole("textbox").first().fill(`${WRITTEN} `);
    await isAt(page, "saved");
    await line.cut();
    await page.getByRole("textbox").last().pressSequentially(`${UNSENT} `);
    await isAt(page, "on-device");

    const kept = await readable(page);
    expect(CANARIES.filter((word) => kept.includes(word))).toEqual([]);
    await keepPlain(page, PLAIN);
    expect(await readable(page)).toContain(PLAIN);

    // The person has not signed out; the browser is closed as it is.
    await line.browser.close();
    expect(Object.fromEntries(CANARIES.map((word) => [word, filesWith(folder, word)]))).toEqual(
      Object.fromEntries(CANARIES.map((word) => [word, []])),
    );
    const hits = filesWith(folder, PLAIN);
    expect(hits.some((path) => path.includes("IndexedDB"))).toBe(true);
    expect(hits.some((path) => path.includes("CacheStorage"))).toBe(true);
  } finally {
    await line.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
