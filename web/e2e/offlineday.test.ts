// The days ahead on one's own device, while nobody answers.
import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { addAuthenticator } from "./support/factors.ts";
import { Line } from "./support/line.ts";
import { atOwn, cut, field, hasShell, isIn, isLocked, makeOwn, press, stands } from "./support/own.ts";
import { openPractice } from "./support/people.ts";
import { aClient, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
let line: Line;
beforeAll(async () => {
  line = await Line.lay();
});
afterAll(() => line.end());

/** On a phone too the words stand beside their sign, and the button's on one line. */
async function isOneLine(page: Page): Promise<void> {
  const line = page.locator('[data-state="on-device"]');
  const [sign, words] = await Promise.all([
    line.locator("svg").boundingBox(),
    line.getByText(w("sessions.on-device")).first().boundingBox(),
  ]);
  expect(sign?.y).toBeGreaterThanOrEqual(words?.y ?? Number.NaN);
  expect(sign?.y).toBeLessThan((words?.y ?? 0) + (words?.height ?? 0));
  const button = page.getByRole("button", { name: w("sessions.finalize"), exact: true });
  expect((await button.boundingBox())?.height).toBeLessThan(48);
}

describe("the day without the server", () => {
  test("is there after a restart: Today, the calendar, a client, a note; and says what is not", async ({
    open,
  }) => {
    let stranger = "";
    const own = await atOwn(open, line, async (owner, client) => {
      stranger = (await aClient(owner, "צפרדעונית", "זברה")).id;
      const before = await book(owner, {
        client,
        start: new Date(Date.now() - 26 * 3_600_000).toISOString(),
      });
      const texts = { assessment: "שיפור ניכר", plan: "תרגול" };
      const note = await owner.post("/sessions", { appointment_id: before.id, ...texts });
      const version = { "if-match": `"${note.version}"` };
      await owner.ask("PATCH", `/sessions/${note.id}/finalize`, undefined, version);
    });
    const { page, client, hour } = own;
    const later = await book(own.owner, { client, start: new Date(Date.now() + 3_600_000).toISOString() });
    await cut(own, line);
    await page.goto("/app/");
    await isIn(page);
    await page.getByText("רות בן־עמי").first().waitFor();
    await page
      .getByText(/נכון ל/)
      .first()
      .waitFor();

    await page.goto("/app/calendar");
    await page.getByText("רות בן־עמי").first().waitFor();
    await page
      .getByText(/נכון ל/)
      .first()
      .waitFor();
    expect(
      await page.getByRole("button", { name: w("calendar.book-short") }).getAttribute("aria-disabled"),
    ).toBe("true");

    await page.goto(`/app/clients/${client.id}`);
    await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).waitFor();
    await page.getByText("שיפור ניכר").waitFor();
    await page.goto(`/app/clients/${stranger}`);
    await page.getByText(w("clientpage.not-on-device")).waitFor();

    await page.goto(`/app/notes/${later.id}`);
    await page.getByText(w("notepage.not-on-device")).waitFor();
    await page.getByRole("link", { name: w("notepage.unfiled") }).click();
    await field(page).fill("מילים שלא חיכו");
    await stands(page, "on-device");

    await page.goto(`/app/notes/${hour.id}`);
    await field(page).fill("נכתב בלי חיבור");
    await stands(page, "on-device");
    await isOneLine(page);
    await line.mend();
    await stands(page, "saved");
  });

  test("is nobody's first day because nothing of it lies here", async ({ open }) => {
    const owner = await openPractice();
    await aClient(owner, "רות", "בן־עמי");
    const opened = await open(owner, { device: "ask", browser: line.browser, worker: true });
    const { page } = opened;
    const taken = page.waitForResponse(/sync\/pack/);
    await makeOwn(page);
    await taken;
    await press(page, "welcome.own-done");
    await page.getByText(w("today.nothing")).waitFor();
    expect(await page.getByText(w("today.whom")).count()).toBe(0);
    await hasShell(page);
    await cut(opened, line);
    await page.goto("/app/");
    await isIn(page);
    await page.getByRole("heading", { name: w("today.agenda") }).waitFor();
    await page
      .getByText(/נכון ל/)
      .first()
      .waitFor();
    expect(await page.getByText(w("today.whom")).count()).toBe(0);
    expect(await page.getByRole("button", { name: w("ui.try-again") }).count()).toBe(1);
    await line.mend();
  });

  test("says of a day that is not here that it is not known, and not that it is free", async ({ open }) => {
    const opened = await open(await openPractice(), { device: "ask", browser: line.browser, worker: true });
    const { page } = opened;
    await page.route(/sync\/pack/, async (route) => {
      const response = await route.fetch();
      const found = (await response.json()) as { from: string };
      await route.fulfill({ response, json: { ...found, to: found.from } });
    });
    const taken = page.waitForResponse(/sync\/pack/);
    await makeOwn(page);
    await taken;
    await press(page, "welcome.own-done");
    await hasShell(page);
    await cut(opened, line);
    await page.goto("/app/");
    await isIn(page);
    await page.getByText(w("today.not-here")).first().waitFor();
    expect(await page.getByText(w("today.not-here")).count()).toBe(2);
    expect(await page.getByText(w("today.none"), { exact: true }).count()).toBe(0);
    expect(await page.getByText(w("today.none-ahead")).count()).toBe(0);
    await line.mend();
  });

  test("opens by a passphrase where no passkey can, and by no wrong one", async ({ open }) => {
    const owner = await openPractice();
    const opened = await open(owner, {
      device: "ask",
      browser: line.browser,
      worker: true,
      statuses: [401, 403],
    });
    const { page } = opened;
    await addAuthenticator(page, false);
    await makeOwn(page);
    const typed = page.getByLabel(w("welcome.passphrase"), { exact: true });
    await typed.fill("קצר מדי");
    await press(page, "ui.save");
    expect(await page.getByText(w("welcome.opens-by-passphrase")).count()).toBe(0);
    await typed.fill("ארבע מילים שאני זוכרת");
    await press(page, "ui.save");
    await page.getByText(w("welcome.opens-by-passphrase")).waitFor();
    await page.getByRole("button", { name: w("welcome.other-passphrase") }).waitFor();
    expect(await page.getByRole("dialog").getByRole("textbox").count()).toBe(0);
    await press(page, "welcome.own-done");
    await page.evaluate(() => navigator.serviceWorker.ready);
    await cut(opened, line);
    await press(page, "ui.lock");
    await page.getByText(w("shell.lock-by-passphrase")).waitFor();
    await press(page, "shell.lock-now");
    await isLocked(page);
    const key = page.getByLabel(w("welcome.passphrase-of"));
    await key.fill("ארבע מילים אחרות לגמרי");
    await press(page, "factors.continue");
    await page.getByText(w("factors.passphrase-wrong")).waitFor();
    await key.fill("ארבע מילים שאני זוכרת");
    await press(page, "factors.continue");
    await isIn(page);
    await line.mend();
  });
});
