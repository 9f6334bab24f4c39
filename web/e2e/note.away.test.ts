// A note whose words wait: without a connection, without an appointment, or beside another device.
import type { Page } from "playwright-core";
import { addApp, digits } from "./support/factors.ts";
import { hasShell, isLocked, makeOwn, press } from "./support/own.ts";
import { type Made, openPractice, type Person } from "./support/people.ts";
import { aClient, type Booked, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

async function anHour(): Promise<{ owner: Person; hour: Made & Booked }> {
  const owner = await openPractice();
  const ruth = await aClient(owner, "רות", "בן־עמי");
  return { owner, hour: await book(owner, { client: ruth, start: inMinutes(-20) }) };
}

const field = (page: Page, name: string) => page.getByLabel(w(`sessions.${name}`), { exact: true });
const state = (page: Page, kind: string) =>
  page.locator(`[data-state="${kind}"]`).waitFor({ timeout: 40_000 });
const isSaved = (page: Page) =>
  page.locator('[data-state="saved"][data-tone="ok"]').waitFor({ timeout: 40_000 });
const isSaying = (page: Page, at: number, text: string) =>
  page.waitForFunction(([index, words]) => document.querySelectorAll("textarea")[index]?.value === words, [
    at,
    text,
  ] as const);
const toToday = (page: Page) =>
  page
    .getByRole("navigation", { name: w("ui.main-menu") })
    .getByRole("link", { name: w("today.menu") })
    .click();
const notes = async (owner: Person): Promise<Record<string, unknown>[]> =>
  (await owner.get<{ items: Record<string, unknown>[] }>("/sessions?include=text")).items;

describe("on a shared computer", () => {
  test("words that are only in the window are not left by accident, and Today keeps hold of them", async ({
    open,
  }) => {
    const { owner } = await anHour();
    const { page } = await open(owner, { path: "/app/notes/unfiled/new" });
    await field(page, "subjective").fill("נכנסה בלי תור");
    await state(page, "window-only");
    await toToday(page);
    await page.getByText(w("notepage.only-here")).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/app\/notes\/unfiled\//);
    await page.getByRole("button", { name: w("notepage.allow-leaving") }).click();
    await toToday(page);
    await page
      .locator('[data-kind="unfiled"]')
      .getByRole("link", { name: w("today.file") })
      .click();
    await isSaying(page, 0, "נכנסה בלי תור");
    expect(await notes(owner)).toEqual([]);
  });

  test("without a connection a note is not made final, and asked for again with one", async ({ open }) => {
    const { owner, hour } = await anHour();
    const { page, context, complaints } = await open(owner, { path: `/app/notes/${hour.id}` });
    await field(page, "subjective").fill("לפני");
    await isSaved(page);
    complaints.isOffline = true;
    await context.setOffline(true);
    await field(page, "plan").fill("בלי חיבור");
    await state(page, "window-only");
    await page.getByRole("button", { name: w("sessions.finalize"), exact: true }).click();
    await page.getByText(w("notepage.wished")).waitFor();
    await context.setOffline(false);
    await isSaved(page);
    expect(await notes(owner)).toMatchObject([{ subjective: "לפני", plan: "בלי חיבור", status: "draft" }]);
    await toToday(page);
    await page
      .locator('[data-kind="wished"]')
      .getByRole("link", { name: w("today.finalize") })
      .click();
    await page.getByRole("button", { name: w("sessions.finalize"), exact: true }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: w("sessions.finalize-now") })
      .click();
    await page.getByText(w("notepage.read-only")).waitFor();
    await toToday(page);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    expect(await page.locator('[data-kind="wished"]').count()).toBe(0);
  });
});

describe("on two devices", () => {
  test("different fields go together, and the same one asks for a decision", async ({ open }) => {
    const { owner, hour } = await anHour();
    await owner.post("/sessions", { appointment_id: hour.id, subjective: "התחלה" });
    const opening = { path: `/app/notes/${hour.id}`, statuses: [412] };
    const [one, other] = [(await open(owner, opening)).page, (await open(owner, opening)).page];
    await isSaying(one, 0, "התחלה");
    await isSaying(other, 0, "התחלה");
    await field(one, "objective").fill("מהטלפון");
    await isSaved(one);
    await one.waitForTimeout(1500);
    await field(other, "plan").fill("מהמחשב");
    await isSaying(other, 1, "מהטלפון");
    await isSaved(other);
    expect(await notes(owner)).toMatchObject([{ objective: "מהטלפון", plan: "מהמחשב" }]);
    await field(one, "subjective").fill("גרסה אחת");
    await isSaying(one, 3, "מהמחשב");
    await isSaved(one);
    await one.waitForTimeout(1500);
    await field(other, "subjective").fill("גרסה שנייה");
    await state(other, "decision");
    expect(await field(other, "subjective").inputValue()).toBe("גרסה שנייה");
    expect(await notes(owner)).toMatchObject([{ subjective: "גרסה אחת" }]);
    await other.getByRole("link", { name: w("sessions.decide") }).click();
    await other.waitForURL("**/app/conflicts/**");
  });
});

describe("on one's own device", () => {
  test("a note is written without a connection beside the one before it, and goes out when it is back", async ({
    open,
  }) => {
    const { owner, hour } = await anHour();
    const earlier = await book(owner, {
      client: { id: hour.client_id } as Made,
      start: inMinutes(-7 * 24 * 60),
    });
    const last = await owner.post("/sessions", { appointment_id: earlier.id, plan: "תרגול בבית" });
    await owner.ask("PATCH", `/sessions/${last.id}/finalize`, undefined, { "if-match": `"${last.version}"` });
    const { page, context, complaints } = await open(owner, { device: "ask", worker: true });
    await hasShell(page); // the screen itself comes from the device then
    const packed = page.waitForResponse((answer) => answer.url().includes("/sync/pack") && answer.ok());
    await makeOwn(page);
    await packed;
    await press(page, "welcome.own-done");
    await page
      .getByRole("link", { name: w("today.write") })
      .first()
      .waitFor();
    complaints.isOffline = true;
    await context.setOffline(true);
    await page
      .getByRole("link", { name: w("today.write") })
      .first()
      .click();
    await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).waitFor();
    await page.getByText(w("notepage.from-device")).waitFor();
    await page.getByText(w("notepage.last-note"), { exact: true }).click();
    await page.getByText("תרגול בבית").waitFor();
    await field(page, "subjective").fill("בלי חיבור");
    await state(page, "on-device");
    await toToday(page); // nothing is in the way: the disk has it
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page
      .getByRole("link", { name: w("today.write") })
      .first()
      .click();
    await isSaying(page, 0, "בלי חיבור");
    await context.setOffline(false);
    await isSaved(page);
    expect(await notes(owner)).toMatchObject([{ subjective: "בלי חיבור" }, { plan: "תרגול בבית" }]);
  });

  test("a note that was opened says whose it is without a connection too, although its hour was booked later", async ({
    open,
  }) => {
    const owner = await openPractice();
    const ruth = await aClient(owner, "רות", "בן־עמי");
    const { page, context, complaints } = await open(owner, { device: "ask", worker: true });
    const packed = () => page.waitForResponse((answer) => answer.url().includes("/sync/pack") && answer.ok());
    await hasShell(page);
    const first = packed();
    await makeOwn(page);
    await first;
    await press(page, "welcome.own-done");
    const hour = await book(owner, { client: ruth, start: inMinutes(-20) });
    const second = packed();
    await page.goto(`/app/notes/${hour.id}`);
    await second;
    complaints.isOffline = true;
    await context.setOffline(true);
    await field(page, "subjective").fill("בלי חיבור");
    await state(page, "on-device");
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).waitFor();
    await isSaying(page, 0, "בלי חיבור");
  });

  test("what was typed in the moment of the lock is there after it", async ({ open }) => {
    const { owner, hour } = await anHour();
    const secret = await addApp(owner);
    const { page } = await open(owner, { device: "ask", statuses: [403] });
    await makeOwn(page);
    await press(page, "welcome.own-done");
    await page.goto(`/app/notes/${hour.id}`);
    await field(page, "subjective").fill("לפני");
    await isSaved(page);
    await field(page, "subjective").press("End");
    await page.keyboard.insertText(" ואחרי");
    await page.getByRole("button", { name: w("ui.lock"), exact: true }).click();
    await isLocked(page);
    expect(await page.content()).not.toContain("לפני");
    await page.getByLabel(w("factors.digits")).fill(digits(secret, 1));
    await press(page, "factors.continue");
    await isSaying(page, 0, "לפני ואחרי");
    await isSaved(page);
    expect(await notes(owner)).toMatchObject([{ subjective: "לפני ואחרי" }]);
  });
});
