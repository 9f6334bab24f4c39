import type { Page } from "playwright-core";
import { type Made, openPractice, type Person } from "./support/people.ts";
import { aClient, manyClients } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const MANY = 10_000;
const w = wordsIn("he");
const listOf = (page: Page, words = w) => page.getByRole("list", { name: words("clients.title") });
const search = (page: Page, words = w) => page.getByRole("searchbox", { name: words("clients.search") });

let large: Promise<Person> | undefined;
/** A practice with ten thousand clients, made once. */
function largePractice(): Promise<Person> {
  large ??= openPractice().then(async (owner) => {
    await manyClients(owner, MANY);
    return owner;
  });
  return large;
}

describe("ten thousand clients", () => {
  test("are read by one request, and found as they are typed without another", { timeout: 240_000 }, async ({
    open,
  }) => {
    const owner = await largePractice();
    const { page, complaints } = await open(owner, { path: "/app/clients" });
    await page.getByText(w("clients.found", { count: MANY })).waitFor();
    expect(complaints.asked).toEqual(["GET /auth/me", "GET /clients/index"]);
    expect(await page.locator("#app *").count()).toBeLessThan(1500);

    await search(page).fill("1009999");
    await page.getByText(w("clients.found", { count: 1 })).waitFor();
    await listOf(page).getByRole("listitem").filter({ hasText: "1009999" }).waitFor();
    await search(page).fill("שטרן מאיה");
    await expect.poll(() => listOf(page).getByRole("listitem").first().textContent()).toContain("שטרן");
    expect(complaints.asked.length).toBe(2);
  });

  test("are gone through by letter and by keys", { timeout: 240_000 }, async ({ open }) => {
    const owner = await largePractice();
    const { page } = await open(owner, { path: "/app/clients" });
    const letters = page.getByRole("navigation", { name: w("clients.letters") });
    await letters.getByRole("button", { name: "ש", exact: true }).click();
    await expect.poll(() => focusedName(page)).toContain("שטרן");
    const before = await focusedName(page);
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focusedName(page)).not.toBe(before);
    await page.keyboard.press("End");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.closest("li")?.ariaPosInSet))
      .toBe(`${MANY}`);
    expect(await page.locator("#app *").count()).toBeLessThan(1500);
  });

  test("are filtered by tag", { timeout: 240_000 }, async ({ open }) => {
    const owner = await largePractice();
    const { page } = await open(owner, { path: "/app/clients", width: 1280 });
    await page.getByLabel(w("clients.tag")).selectOption("ילדים");
    await page.getByText(w("clients.found", { count: MANY / 10 })).waitFor();
  });
});

const focusedName = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.closest("li")?.textContent ?? "");

describe("a client", () => {
  test.for(["he", "en"] as const)("is added from the list, and is in it: %s", async (language, { open }) => {
    const words = wordsIn(language);
    const owner = await openPractice({ language });
    const { page } = await open(owner, { path: "/app/clients", language });
    await page.getByText(words("clients.nobody-yet")).waitFor();
    await page
      .getByRole("main")
      .getByRole("button", { name: words("clients.add") })
      .first()
      .click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel(words("clients.first-name")).fill("רות");
    await sheet.getByLabel(words("clients.last-name")).fill("בן־עמי");
    await sheet.getByLabel(words("clients.phone"), { exact: true }).fill("050-555-0123");
    await sheet.getByRole("button", { name: words("ui.save"), exact: true }).click();
    await sheet.waitFor({ state: "detached" });
    const { items } = await owner.get<{ items: Made[] }>("/clients/index");
    expect(items).toMatchObject([{ first_name: "רות", last_name: "בן־עמי", phone: "050-555-0123" }]);
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/app/clients/${items[0]?.id}`);
    await page.goto("/app/clients");
    await listOf(page, words).getByRole("link").first().waitFor();
  });

  test("that was typed is not thrown away without being asked", async ({ open }) => {
    const owner = await openPractice();
    const { page } = await open(owner, { path: "/app/clients" });
    await page
      .getByRole("button", { name: w("clients.add") })
      .first()
      .click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel(w("clients.first-name")).fill("רות");
    await page.keyboard.press("Escape");
    await sheet.getByRole("button", { name: w("ui.keep-editing") }).click();
    expect(await sheet.getByLabel(w("clients.first-name")).inputValue()).toBe("רות");
    await page.keyboard.press("Escape");
    await sheet.getByRole("button", { name: w("ui.discard") }).click();
    await sheet.waitFor({ state: "detached" });
    expect((await owner.get<{ total: number }>("/clients/index")).total).toBe(0);
  });

  test("nobody is called is added by the name that was typed", async ({ open }) => {
    const owner = await openPractice();
    await aClient(owner);
    const { page } = await open(owner, { path: "/app/clients" });
    await search(page).fill("תמר גולן");
    await page.getByRole("button", { name: w("clients.add-name", { name: "תמר גולן" }) }).click();
    expect(await page.getByRole("dialog").getByLabel(w("clients.first-name")).inputValue()).toBe("תמר");
  });
});
