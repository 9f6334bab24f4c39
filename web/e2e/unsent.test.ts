// Words that the server does not have yet: what becomes of them when somebody locks, leaves, is removed, or comes back.
import { afterAll, beforeAll } from "vitest";
import { Line } from "./support/line.ts";
import {
  arrives,
  arrivesFor,
  atOwn,
  cut,
  field,
  isIn,
  isLocked,
  isOut,
  makeOwn,
  press,
  signInByPasskey,
  stands,
  typeOffline,
  vaults,
} from "./support/own.ts";
import { openPractice } from "./support/people.ts";
import { place } from "./support/place.ts";
import { aClient, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const WORDS = "כאב בברך אחרי long walk";
let line: Line;
beforeAll(async () => {
  line = await Line.lay();
});
afterAll(() => line.end());

describe("a lock", () => {
  test("of a device that is alone counts what waits and shows none of it; the passkey brings it back, and the server gets it", async ({
    open,
  }) => {
    const own = await atOwn(open, line);
    const { page, owner } = own;
    await typeOffline(own, line, WORDS);
    await press(page, "ui.lock");
    await isLocked(page);
    await page.getByText(w("welcome.unsent", { count: 1 })).waitFor();
    expect(await page.content()).not.toMatch(/כאב|long walk|רות/);
    expect(await page.title()).not.toMatch(/רות/);
    await press(page, "factors.use-passkey");
    await expect.poll(() => field(page).inputValue()).toBe(WORDS);
    await page.getByRole("button", { name: w("shell.on-device", { count: 1 }) }).waitFor();
    await line.mend();
    await page.getByRole("button", { name: w("shell.on-device", { count: 1 }) }).click();
    await arrives(owner, WORDS);
    await page.getByText(w("shell.nothing-waits")).waitFor();
  });

  test("after fifty minutes away loses nothing", async ({ open }) => {
    const own = await atOwn(open, line);
    const { page, context, owner, hour } = own;
    await context.clock.install();
    await page.goto(`/app/notes/${hour.id}`);
    await field(page).fill(WORDS);
    await context.clock.runFor(300);
    await context.clock.fastForward("50:00");
    await isLocked(page);
    expect(await page.content()).not.toMatch(/כאב|רות/);
    await press(page, "factors.use-passkey");
    await expect.poll(() => field(page).inputValue()).toBe(WORDS);
    await context.clock.runFor(7000);
    await arrives(owner, WORDS);
  });
});

describe("a reload", () => {
  test("without the server goes on where it was, in a second tab too; a lock is for both", async ({
    open,
  }) => {
    const own = await atOwn(open, line);
    const { page, context } = own;
    await typeOffline(own, line, WORDS);
    await page.reload();
    await expect.poll(() => field(page).inputValue()).toBe(WORDS);
    const second = await context.newPage();
    await second.goto("/app/");
    await isIn(second);
    await second.getByRole("button", { name: w("shell.on-device", { count: 1 }) }).waitFor();
    await press(second, "ui.lock");
    for (const tab of [page, second]) await isLocked(tab);
    await second.reload();
    await isLocked(second);
    await line.mend();
  });
});

describe("signing out", () => {
  test("with everything sent leaves nothing on the disk, and the device stays one's own", async ({
    open,
  }) => {
    const { page } = await atOwn(open, line);
    await page.goto("/app/more");
    await press(page, "accounts.sign-out");
    await isOut(page);
    await expect.poll(() => vaults(page)).toEqual([]);
    await signInByPasskey(page);
    await isIn(page);
    expect(await page.getByRole("heading", { name: w("welcome.own-device") }).count()).toBe(0);
    expect(await vaults(page)).toHaveLength(1);
  });

  test("without the server keeps what waits, sealed; the next sign-in sends it", async ({ open }) => {
    const own = await atOwn(open, line);
    const { page } = own;
    await typeOffline(own, line, WORDS);
    await page.goto("/app/more");
    await press(page, "accounts.sign-out");
    await page.getByRole("heading", { name: w("accounts.unsent", { count: 1 }) }).waitFor();
    await press(page, "accounts.keep-unsent");
    await isOut(page);
    // Without the server nobody gets in any more, not even by a reload.
    await page.reload();
    await isOut(page);
    expect(await vaults(page)).toHaveLength(1);
    await line.mend();
    await page.reload();
    await isOut(page);
    await page.getByText(w("welcome.unsent", { count: 1 })).waitFor();
    await signInByPasskey(page);
    await isIn(page);
    await arrivesFor(page, WORDS);
  });

  test("deletes what waits only by a typed word", async ({ open }) => {
    const own = await atOwn(open, line);
    const { page, owner } = own;
    await typeOffline(own, line, WORDS);
    await page.goto("/app/more");
    await press(page, "accounts.sign-out");
    const remove = page.getByRole("button", { name: w("accounts.delete-unsent", { count: 1 }) });
    await remove.click();
    expect(await vaults(page)).toHaveLength(1);
    await page
      .getByLabel(w("accounts.type-to-delete", { word: w("accounts.delete-word") }))
      .fill(w("accounts.delete-word"));
    await remove.click();
    await isOut(page);
    await expect.poll(() => vaults(page)).toEqual([]);
    await line.mend();
    await page.reload();
    await isOut(page);
    await signInByPasskey(page);
    await isIn(page);
    expect(JSON.stringify(await owner.get("/sessions?include=text").catch(() => ""))).not.toContain("כאב");
  });

  test("of a shared computer has nothing to keep: the window has it, and says so", async ({ open }) => {
    const owner = await openPractice();
    const client = await aClient(owner);
    const hour = await book(owner, { client, start: new Date(Date.now() - 600_000).toISOString() });
    const opened = await open(owner, { browser: line.browser, statuses: [401] });
    const { page } = opened;
    await page.goto(`/app/notes/${hour.id}`);
    await field(page).waitFor();
    await cut(opened, line);
    await field(page).fill(WORDS);
    await stands(page, "window-only");
    await line.mend();
    await page.getByRole("button", { name: w("shell.in-window", { count: 1 }) }).click();
    await press(page, "shell.send-now");
    await arrives(owner, WORDS);
    expect(await vaults(page)).toEqual([]);
  });
});

describe("a sign-in that was ended elsewhere", () => {
  test("locks, keeps the words sealed, and the next one sends them", async ({ open }) => {
    const own = await atOwn(open, line);
    const { page, owner } = own;
    await typeOffline(own, line, WORDS);
    await owner.post("/auth/logout");
    await line.mend();
    await page.reload();
    await isOut(page);
    await page.getByText(w("welcome.unsent", { count: 1 })).waitFor();
    expect(await page.content()).not.toMatch(/כאב/);
    // Neither the handle nor anything else opens it without the server.
    await cut(own, line);
    await page.goto("/app/");
    await page.getByText(w("welcome.opens-here")).waitFor();
    expect(await page.getByRole("navigation").count()).toBe(0);
    await line.mend();
    await page.reload();
    await isOut(page);
    await signInByPasskey(page);
    await isIn(page);
    await page.goto(`/app/notes/${own.hour.id}`);
    await expect.poll(() => field(page).inputValue()).toBe(WORDS);
    await arrivesFor(page, WORDS);
  });
});

describe("a device that was removed elsewhere", () => {
  test("loses what lay on it at its next contact, and says so", async ({ open }) => {
    const own = await atOwn(open, line);
    const { page, owner } = own;
    await typeOffline(own, line, WORDS);
    const { items } = await owner.get<{ items: { id: string }[] }>("/auth/devices");
    expect((await owner.ask("DELETE", `/auth/devices/${items[0]?.id}`)).status).toBe(204);
    await line.mend();
    await page.reload();
    await isOut(page);
    await signInByPasskey(page);
    await isIn(page);
    await page.getByText(w("welcome.device-removed")).waitFor();
    await expect.poll(() => vaults(page)).toEqual([]);
    await page.getByRole("heading", { name: w("welcome.own-device") }).waitFor();
  });
});

describe("somebody else at this browser", () => {
  test("has a vault of their own, and sees nothing of who was here", async ({ open }) => {
    const own = await atOwn(open, line);
    const { page, context } = own;
    await typeOffline(own, line, WORDS);
    await page.goto("/app/more");
    await press(page, "accounts.sign-out");
    await press(page, "accounts.keep-unsent");
    await isOut(page);
    await line.mend();
    await page.reload();
    await isOut(page);
    const other = await openPractice({ name: "שקד" });
    await context.addCookies([...other.cookies].map(([name, value]) => ({ name, value, url: place.base })));
    await page.goto("/app/");
    await isIn(page);
    await makeOwn(page);
    await press(page, "welcome.own-done");
    await page.getByRole("button", { name: w("shell.all-saved") }).waitFor();
    expect(await vaults(page)).toHaveLength(2);
    await page.goto("/app/more");
    await press(page, "accounts.sign-out");
    await isOut(page);
    await expect.poll(() => vaults(page)).toHaveLength(1);
    await signInByPasskey(page);
    await isIn(page);
    await arrivesFor(page, WORDS);
  });
});
