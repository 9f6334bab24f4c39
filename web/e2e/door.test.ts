import type { Page } from "playwright-core";
import { inject } from "vitest";
import { addApp, addAuthenticator, digits } from "./support/factors.ts";
import { address, mailTo, openPractice, type Person } from "./support/people.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const linkIn = (mail: string): string => /https?:\S+#token=\S+/.exec(mail)?.[0] ?? "";
/** The link of the first mail that has one, after the mail known; notices may come between. */
async function newLink(email: string, known: string): Promise<string> {
  const text = await mailTo(email, known);
  return linkIn(text) || newLink(email, text);
}
const isIn = (page: Page, language: "he" | "en" = "he"): Promise<void> =>
  page.getByRole("navigation", { name: wordsIn(language)("ui.main-menu") }).waitFor();

async function askForLink(page: Page, email: string, w: (key: string) => string): Promise<void> {
  await page.getByLabel(w("welcome.email"), { exact: true }).fill(email);
  await page.getByRole("button", { name: w("welcome.send-link") }).click();
  await page.getByRole("heading", { name: w("welcome.sent") }).waitFor();
}

describe("a new practice", () => {
  test.for(["he", "en"] as const)(
    "is opened from the sign-up by the mailed link: %s",
    async (language, { open }) => {
      const w = wordsIn(language);
      const { page, context } = await open(null, { language, zone: "Asia/Jerusalem" });
      await page.getByRole("link", { name: w("welcome.new-practice") }).click();
      const email = address();
      await page.getByLabel(w("welcome.full-name")).fill("דנה כהן");
      await page.getByLabel(w("welcome.practice-name")).fill("מרפאת גלים");
      await page.getByLabel(w("welcome.email"), { exact: true }).fill(email);
      await page.getByRole("button", { name: w("welcome.open-practice") }).click();
      await page.getByText(email).waitFor();

      const mailed = await context.newPage();
      await mailed.goto(linkIn(await mailTo(email)));
      const enter = mailed.getByRole("button", { name: w("accounts.enter"), exact: true });
      await enter.waitFor();
      expect(mailed.url()).not.toContain("token"); // neither in the address nor in the history
      await enter.click();
      await isIn(mailed, language);
      expect(await mailed.locator("html").getAttribute("dir")).toBe(language === "he" ? "rtl" : "ltr");
      // The tab that asked for the link follows.
      await isIn(page, language);
      expect(new URL(page.url()).pathname).toBe("/app/");
    },
  );
});

describe("a sign-in", () => {
  test("by a link that is pasted where it was asked for, and typed digits elsewhere", async ({ open }) => {
    const w = wordsIn("he");
    const owner = await openPractice();
    const before = await mailTo(owner.email);
    const { page } = await open(null);
    await askForLink(page, owner.email, w);
    const shown = await page.getByText(/^\d{3}\s\d{3}$/).textContent();
    const link = linkIn(await mailTo(owner.email, before));

    const { page: phone } = await open(null, { statuses: [401, 403, 422] });
    await phone.getByText(w("welcome.have-link")).click();
    await phone.getByLabel(w("accounts.pasted-link")).fill(link);
    await phone.getByRole("button", { name: w("accounts.enter"), exact: true }).click();
    const code = phone.getByLabel(w("accounts.digits"));
    await code.fill("000 000" === shown ? "111 111" : "000 000");
    await phone.getByRole("button", { name: w("accounts.enter"), exact: true }).click();
    await phone.getByText(w("accounts.code-wrong")).waitFor();
    await code.fill(shown ?? "");
    await phone.getByRole("button", { name: w("accounts.enter"), exact: true }).click();
    await isIn(phone);
  });

  test("in the window that asked, by the link that is pasted into it", async ({ open }) => {
    const w = wordsIn("en");
    const owner = await openPractice({ language: "en" });
    const before = await mailTo(owner.email);
    const { page } = await open(null, { language: "en" });
    await askForLink(page, owner.email, w);
    await page.getByText(w("accounts.paste-instead")).click();
    await page.getByLabel(w("accounts.pasted-link")).fill(linkIn(await mailTo(owner.email, before)));
    await page.getByRole("button", { name: w("accounts.enter"), exact: true }).click();
    await isIn(page, "en");
  });

  test("a link that was used says so, and the address is still there", async ({ open }) => {
    const w = wordsIn("he");
    const owner = await openPractice();
    const used = linkIn(await mailTo(owner.email));
    const { page } = await open(null, { statuses: [401, 403, 404, 409, 410, 422] });
    await page.getByLabel(w("welcome.email"), { exact: true }).fill(owner.email);
    await page.getByText(w("welcome.have-link")).click();
    await page.getByLabel(w("accounts.pasted-link")).fill(used);
    await page.getByRole("button", { name: w("accounts.enter"), exact: true }).click();
    await page.getByText(w("accounts.link-not-valid")).waitFor();
    expect(await page.getByLabel(w("welcome.email"), { exact: true }).inputValue()).toBe(owner.email);
  });

  test("asks for the second factor's digits", async ({ open }) => {
    const w = wordsIn("he");
    const owner = await openPractice();
    const secret = await addApp(owner);
    const before = await mailTo(owner.email);
    const { page } = await open(null, { statuses: [401, 403] });
    await askForLink(page, owner.email, w);
    await page.getByText(w("accounts.paste-instead")).click();
    await page.getByLabel(w("accounts.pasted-link")).fill(await newLink(owner.email, before));
    await page.getByRole("button", { name: w("accounts.enter"), exact: true }).click();
    await page.getByRole("heading", { name: w("welcome.prove") }).waitFor();
    expect(await page.getByRole("navigation").count()).toBe(0);
    await page.getByLabel(w("factors.digits")).fill(digits(secret, 1));
    await page.getByRole("button", { name: w("factors.continue") }).click();
    await isIn(page);
  });
});

async function withPasskey(page: Page): Promise<void> {
  await addAuthenticator(page);
  await page.goto("/second-factor");
  await page.getByRole("main").getByRole("button").first().click();
  await page.getByRole("main").locator(".codes").waitFor();
}

const lockButton = (page: Page, w: (key: string) => string) =>
  page.getByRole("button", { name: w("ui.lock"), exact: true });

describe("a lock", () => {
  test("shows nothing of a client, in no tab, until a passkey opens it", async ({ open }) => {
    const w = wordsIn("he");
    const owner = await openPractice({ name: "מרפאת גלים" });
    await owner.post("/clients", { first_name: "צפרדעונית", last_name: "זברה" });
    const { page, context, complaints } = await open(owner, { statuses: [403], path: "/second-factor" });
    await withPasskey(page);
    await page.goto("/app/clients");
    await isIn(page);
    const second = await context.newPage();
    await second.goto("/app/more");
    await isIn(second);

    await lockButton(page, w).click();
    for (const tab of [page, second]) {
      await tab.getByRole("heading", { name: w("welcome.locked") }).waitFor();
      expect(await tab.content()).not.toMatch(/צפרדעונית|זברה/);
      expect(await tab.title()).not.toMatch(/צפרדעונית|זברה/);
    }
    const status = await page.evaluate(async () => (await fetch("/api/v1/clients")).status);
    expect(status).toBe(403);

    const asked = complaints.asked.length;
    await page.getByRole("button", { name: w("factors.use-passkey") }).click();
    await isIn(page);
    await isIn(second);
    expect(complaints.asked.slice(asked)).toContain("POST /auth/prove");
  });

  test("comes by itself, in every tab, ten minutes after the last touch of any", async ({ open }) => {
    const w = wordsIn("he");
    const owner = await openPractice();
    await addApp(owner);
    const { page, context } = await open(owner, { path: "/app/more", statuses: [403] });
    await isIn(page);
    const second = await context.newPage();
    await context.clock.install();
    for (const tab of [page, second]) {
      await tab.goto("/app/more");
      await isIn(tab);
    }
    await context.clock.runFor("09:00");
    await page.getByRole("heading", { level: 1 }).click();
    await context.clock.runFor("09:00");
    for (const tab of [page, second]) await isIn(tab);
    await context.clock.runFor("01:30");
    for (const tab of [page, second]) {
      await tab.getByRole("heading", { name: w("welcome.locked") }).waitFor();
      expect(await tab.getByRole("navigation").count()).toBe(0);
    }
    expect((await owner.ask("GET", "/clients")).status).toBe(403);
  });

  test("that is there when the app is opened shows the lock first", async ({ open }) => {
    const w = wordsIn("en");
    const owner = await openPractice({ language: "en" });
    const secret = await addApp(owner);
    await owner.ask("POST", "/auth/lock");
    const { page } = await open(owner, { language: "en", statuses: [403] });
    await page.getByRole("heading", { name: w("welcome.locked") }).waitFor();
    await page.getByLabel(w("factors.digits")).fill("000000");
    await page.getByRole("button", { name: w("factors.continue") }).click();
    await page.getByText(w("factors.not-proved")).waitFor();
    await page.getByLabel(w("factors.digits")).fill(digits(secret, 1));
    await page.getByRole("button", { name: w("factors.continue") }).click();
    await isIn(page, "en");
  });
});

describe("signing out", () => {
  test("is for every tab, and leaves no address behind", async ({ open }) => {
    const w = wordsIn("he");
    const owner: Person = await openPractice();
    const { page, context } = await open(owner, { path: "/app/more", statuses: [401] });
    await isIn(page);
    const second = await context.newPage();
    await second.goto("/app/more");
    await isIn(second);
    await second.getByRole("button", { name: w("accounts.sign-out") }).click();
    for (const tab of [page, second]) {
      await tab.getByRole("heading", { name: w("welcome.sign-in"), exact: true }).waitFor();
      expect(await tab.content()).not.toContain(owner.email);
    }
    expect((await owner.ask("GET", "/auth/me")).status).toBe(401);
    expect(await second.evaluate(() => ({ ...localStorage }))).toEqual({ "pazpaz.device": "shared" });
    await page.reload();
    await page.getByRole("heading", { name: w("welcome.sign-in"), exact: true }).waitFor();
    expect(page.url().startsWith(`${inject("base")}/app/`)).toBe(true);
  });
});
