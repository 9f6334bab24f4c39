// What is typed, whatever happens meanwhile: to the disk, to an answer, to the other tab, to who is signed in.
import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { addAuthenticator } from "./support/factors.ts";
import { Line } from "./support/line.ts";
import { hasShell, isIn, isLocked, isOut, makeOwn, makePasskey, press } from "./support/own.ts";
import { type Made, mailTo, openPractice, type Person } from "./support/people.ts";
import { place } from "./support/place.ts";
import { aClient, type Booked, book } from "./support/stock.ts";
import { describe, expect, type Opened, type Opening, test } from "./support/test.ts";

let line: Line;
beforeAll(async () => {
  line = await Line.lay();
});
afterAll(() => line.end());

interface Scene extends Opened {
  owner: Person;
  hour: Made & Booked;
}
type Opens = (person: Person | null, opening?: Opening) => Promise<Opened>;

async function anHour(): Promise<{ owner: Person; hour: Made & Booked }> {
  const owner = await openPractice();
  const start = new Date(Date.now() - 1_200_000).toISOString();
  return { owner, hour: await book(owner, { client: await aClient(owner), start }) };
}

const field = (page: Page, at = 0) => page.locator("textarea").nth(at);
const isSaying = (page: Page, state: string): Promise<void> =>
  page.locator(`[data-state="${state}"]`).waitFor();
const isSaved = (page: Page): Promise<void> => page.locator('[data-state="saved"][data-tone="ok"]').waitFor();
const SOON = { timeout: 15_000 };

/** On one's own device, at a note, with a passkey if it is to be unlocked. */
async function own(open: Opens, passkey = false, statuses: number[] = []): Promise<Scene> {
  const { owner, hour } = await anHour();
  const opened = await open(owner, {
    device: "ask",
    worker: true,
    browser: line.browser,
    statuses: [403, ...statuses],
  });
  const { page } = opened;
  if (passkey) {
    await addAuthenticator(page);
    await makePasskey(page);
  }
  await makeOwn(page);
  await press(page, "welcome.own-done");
  await hasShell(page);
  await page.goto(`/app/notes/${hour.id}`);
  await field(page).waitFor();
  return { ...opened, owner, hour };
}

async function cut({ complaints }: Opened): Promise<void> {
  complaints.isOffline = true;
  await line.cut();
}

interface Saved {
  items: (Made & { subjective: string | null; plan: string | null })[];
}
const notes = async (owner: Person): Promise<Saved["items"]> =>
  (await owner.get<Saved>("/sessions?include=text")).items;
const conflicts = async (owner: Person): Promise<unknown[]> =>
  (await owner.get<{ items: unknown[] }>("/sessions/conflicts?limit=100")).items;

/** Sign in anew, in the same browser. */
async function comeBack(owner: Person, { context }: Opened): Promise<void> {
  const known = await mailTo(owner.email);
  await owner.post("/auth/magic-link", { email: owner.email });
  await owner.openLink(known);
  const value = owner.cookies.get("pazpaz_sign_in") ?? "";
  await context.addCookies([{ name: "pazpaz_sign_in", value, url: place.base }]);
}

/** Write down what the page sends. */
function listen(): void {
  const sent: string[] = [];
  const send = window.fetch;
  window.fetch = async (...given) => {
    const [request] = given;
    if (request instanceof Request && request.method !== "GET")
      sent.push(`${request.method} ${await request.clone().text()}`);
    return send(...given);
  };
  Object.assign(window, { sent });
}

describe("words", () => {
  test("that the disk does not take are said to be in this window only, until it takes them", async ({
    open,
  }) => {
    const scene = await own(open);
    const { page } = scene;
    await page.evaluate(() => {
      const put = IDBObjectStore.prototype.put;
      const refuse = function (this: IDBObjectStore, ...given: Parameters<typeof put>) {
        const asked = put.apply(this, given);
        if ((window as unknown as { isFull: boolean }).isFull) this.transaction.abort();
        return asked;
      };
      Object.assign(IDBObjectStore.prototype, { put: refuse });
      Object.assign(window, { isFull: true });
    });
    await cut(scene);
    await field(page).pressSequentially("כאב");
    await isSaying(page, "window-only");
    await page.evaluate(() => Object.assign(window, { isFull: false }));
    await field(page).pressSequentially(" בברך");
    await isSaying(page, "on-device");
    await line.mend();
  });

  test("whose answer was lost are no decision, and are there once", async ({ open }) => {
    const { owner, hour } = await anHour();
    const { page, complaints } = await open(owner, { path: `/app/notes/${hour.id}`, statuses: [412] });
    const lost: string[] = [];
    await page.route(/\/api\/v1\/sessions(?:\/[\da-f-]+)?$/, async (route) => {
      const method = route.request().method();
      if (method === "GET" || lost.includes(method)) return await route.continue();
      lost.push(method);
      await route.fetch(); // the server has taken it
      await route.abort("connectionreset");
    });
    await field(page).pressSequentially("כאב");
    await expect.poll(() => lost, SOON).toContain("POST");
    await field(page).pressSequentially(" בברך");
    await isSaved(page);
    await field(page).pressSequentially(" הימנית");
    await expect.poll(() => lost, SOON).toContain("PUT");
    await field(page).pressSequentially(" שוב");
    await expect
      .poll(async () => (await notes(owner))[0]?.subjective, { timeout: 45_000 })
      .toBe("כאב בברך הימנית שוב");
    await isSaved(page);
    expect(await notes(owner)).toHaveLength(1);
    expect(await conflicts(owner)).toEqual([]);
    const reset = /ERR_CONNECTION_RESET/;
    complaints.found.splice(
      0,
      complaints.found.length,
      ...complaints.found.filter((one) => !reset.test(one)),
    );
  });

  test("of a second device go into the same note, alone", async ({ open }) => {
    const { owner, hour } = await anHour();
    const path = `/app/notes/${hour.id}`;
    const { page: first } = await open(owner, { path });
    await field(first).fill("כאב");
    await isSaved(first);
    const [note] = await notes(owner);
    const { page: second } = await open(owner, { path });
    await expect.poll(() => field(second).inputValue(), SOON).toBe("כאב");
    await second.evaluate(listen);
    await field(second, 3).fill("תרגול בבית");
    await isSaved(second);
    const sent = await second.evaluate(() => (window as unknown as { sent: string[] }).sent);
    // Only what was touched here: the other text may have gone on meanwhile.
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatch(/^PUT .*"plan":/);
    expect(sent[0]).not.toMatch(/subjective|objective|assessment/);
    expect(await notes(owner)).toMatchObject([
      { id: note?.id, client_session_id: note?.client_session_id, subjective: "כאב", plan: "תרגול בבית" },
    ]);
    expect(await conflicts(owner)).toEqual([]);
  });

  test("are sent every five seconds at most, however often somebody pauses, so that five who type leave the practice its writes", async ({
    open,
  }) => {
    const { owner, hour } = await anHour();
    const { page, complaints } = await open(owner, { path: `/app/notes/${hour.id}` });
    const from = Date.now();
    for (let pause = 0; pause < 8; pause += 1) {
      await field(page).pressSequentially("כאב ");
      await page.waitForTimeout(1500);
    }
    await isSaved(page);
    const took = (Date.now() - from) / 1000;
    const writes = complaints.asked.filter((one) => /^(POST|PUT) \/sessions/.test(one));
    expect(writes.length).toBeGreaterThan(1);
    expect(writes.length).toBeLessThanOrEqual(2 + took / 5);
  });
});

describe("unsent words of one's own device", () => {
  test("outlive a sign-out without a connection, and are sent by the next sign-in", async ({ open }) => {
    const scene = await own(open, false, [401]);
    const { page, owner } = scene;
    await cut(scene);
    await field(page).pressSequentially("כאב בברך");
    await isSaying(page, "on-device");
    await page.locator('nav a[href="/app/more"]').click();
    await press(page, "accounts.sign-out");
    await press(page, "accounts.keep-unsent");
    await isOut(page);
    expect(await page.content()).not.toContain("כאב");
    await line.mend();
    await page.reload();
    await isOut(page);
    expect(await notes(owner).catch(() => [])).toEqual([]);
    await comeBack(owner, scene);
    await page.goto("/app/");
    await isIn(page);
    await expect.poll(async () => (await notes(owner))[0]?.subjective, { timeout: 45_000 }).toBe("כאב בברך");
    expect(await conflicts(owner)).toEqual([]);
  });

  test("are there after fifty minutes in which nobody touched the device", async ({ open }) => {
    const scene = await own(open, true);
    const { page, owner, hour, context } = scene;
    await context.clock.install();
    await page.reload();
    await field(page).waitFor();
    await cut(scene);
    await field(page).pressSequentially("כאב בברך");
    await context.clock.runFor(2_000);
    await isSaying(page, "on-device");
    await context.clock.fastForward("50:00");
    await context.clock.runFor(10_000);
    await isLocked(page);
    expect(await page.content()).not.toContain("כאב");
    await line.mend();
    await page.reload();
    await isLocked(page);
    await press(page, "factors.use-passkey");
    await context.clock.runFor(5_000);
    await isIn(page);
    await page.goto(`/app/notes/${hour.id}`);
    await expect.poll(() => field(page).inputValue(), SOON).toBe("כאב בברך");
    await expect
      .poll(
        async () => {
          await context.clock.runFor(5_000);
          return (await notes(owner))[0]?.subjective;
        },
        { timeout: 45_000 },
      )
      .toBe("כאב בברך");
  });

  test("are sent once, however many tabs are open", async ({ open }) => {
    const scene = await own(open);
    const { page, context, owner, complaints } = scene;
    const other = await context.newPage();
    await other.goto("/app/");
    await isIn(other);
    await cut(scene);
    await field(page).pressSequentially("כאב בברך");
    await isSaying(page, "on-device");
    complaints.requests.length = 0;
    await line.mend();
    for (const one of [page, other]) await one.evaluate(() => dispatchEvent(new Event("online")));
    await expect.poll(async () => (await notes(owner))[0]?.subjective, { timeout: 45_000 }).toBe("כאב בברך");
    await isSaved(page);
    const sent = complaints.asked.filter((one) => /^(POST|PUT) \/sessions/.test(one));
    expect(sent).toHaveLength(1);
    expect(await conflicts(owner)).toEqual([]);
  });
});

test("a note that lies open for minutes is no further look at anything", async ({ open }) => {
  const { owner, hour } = await anHour();
  await owner.post("/sessions", { appointment_id: hour.id, subjective: "כאב" });
  const { page, context, complaints } = await open(owner, { path: "about:blank" });
  await context.clock.install();
  await page.goto(`/app/notes/${hour.id}`);
  await expect.poll(() => field(page).inputValue(), SOON).toBe("כאב");
  await page.waitForLoadState("networkidle");
  const events = async (): Promise<unknown[]> =>
    (await owner.get<{ items: { action: string }[] }>("/audit-events?limit=100")).items
      .map(({ action }) => action)
      .filter((action) => !action.startsWith("audit"));
  // In steps, between which what is asked is answered: a server that says nothing for 20 seconds counts as away.
  const aWhile = async (): Promise<void> => {
    for (let at = 0; at < 4; at += 1) {
      await context.clock.runFor(8_000);
      await page.waitForTimeout(400);
    }
  };
  await aWhile(); // what was saved since it was read is looked for once
  const changes = (): number => complaints.asked.filter((one) => one.includes("/changes")).length;
  await expect.poll(changes, SOON).toBeGreaterThan(0);
  await page.waitForTimeout(2_000);
  const before = await events();
  for (let at = 0; at < 4; at += 1) await aWhile();
  await expect.poll(changes, SOON).toBeGreaterThan(1);
  expect(await events()).toEqual(before);
});
