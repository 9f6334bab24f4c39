// The days ahead on one's own device, while nobody answers.
import { afterAll, beforeAll } from "vitest";
import { addAuthenticator } from "./support/factors.ts";
import { Line } from "./support/line.ts";
import { atOwn, cut, field, isIn, isLocked, makeOwn, press, stands } from "./support/own.ts";
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

    await page.goto(`/app/notes/${hour.id}`);
    await field(page).fill("נכתב בלי חיבור");
    await stands(page, "on-device");
    await line.mend();
    await stands(page, "saved");
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
    await press(page, "welcome.own-done");
    await page.evaluate(() => navigator.serviceWorker.ready);
    await cut(opened, line);
    await press(page, "ui.lock");
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
