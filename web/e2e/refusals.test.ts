// What a page says when the server refuses: each kind has its own words and leaves what was typed.
import type { Page, Route } from "playwright-core";
import { openPractice } from "./support/people.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");

interface Refusal {
  status: number;
  slug: string;
  words: string;
  members?: Record<string, unknown>;
}

const refuse = (
  page: Page,
  path: string,
  method: string,
  { status, slug, members }: Refusal,
): Promise<void> =>
  page.route(`**/api/v1${path}`, (route: Route) =>
    route.request().method() === method
      ? route.fulfill({
          status,
          contentType: "application/problem+json",
          headers: { "retry-after": "0" },
          body: JSON.stringify({ type: `https://pazpaz.com/errors/${slug}`, status, ...members }),
        })
      : route.continue(),
  ) as unknown as Promise<void>;

const WRITES: Refusal[] = [
  { status: 403, slug: "forbidden", words: "problem.not-allowed" },
  { status: 409, slug: "some-conflict", words: "problem.conflict" },
  { status: 413, slug: "body-too-large", words: "problem.too-large" },
  { status: 429, slug: "too-many-requests", words: "problem.too-many" },
  { status: 503, slug: "unavailable", words: "problem.busy" },
  { status: 500, slug: "internal-error", words: "problem.unexpected" },
];

describe("a write that is refused", () => {
  test.for(WRITES)("with $status says why, and keeps what was typed", async (refusal, { open }) => {
    const owner = await openPractice();
    const { page } = await open(owner, { path: "/app/clients", statuses: [refusal.status] });
    await refuse(page, "/clients", "POST", refusal);
    await page
      .getByRole("button", { name: w("clients.add") })
      .first()
      .click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel(w("clients.first-name")).fill("רות");
    await sheet.getByLabel(w("clients.last-name")).fill("לוי");
    await sheet.getByRole("button", { name: w("ui.save"), exact: true }).click();
    await sheet.getByText(w(refusal.words)).waitFor();
    expect(await sheet.getByLabel(w("clients.first-name")).inputValue()).toBe("רות");
    await page.unroute("**/api/v1/clients");
    await sheet.getByRole("button", { name: w("ui.save"), exact: true }).click();
    await sheet.waitFor({ state: "detached" });
    expect((await owner.get<{ total: number }>("/clients/index")).total).toBe(1);
  });

  test("with 422 points to the field, as the server itself judged it", async ({ open }) => {
    const owner = await openPractice();
    const { page } = await open(owner, { path: "/app/clients", statuses: [422] });
    await page
      .getByRole("button", { name: w("clients.add") })
      .first()
      .click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel(w("clients.first-name")).fill("רות");
    await sheet.getByLabel(w("clients.last-name")).fill("לוי");
    await sheet.getByLabel(w("clients.email")).fill("ruth..levi@example.org"); // a browser takes that for an address
    await sheet.getByRole("button", { name: w("ui.save"), exact: true }).click();
    await sheet.getByText(w("clients.not-right", { field: w("clients.email") })).waitFor();
    expect(await sheet.getByLabel(w("clients.email")).getAttribute("aria-invalid")).toBe("true");
    await sheet.getByLabel(w("clients.email")).fill("ruth@example.org");
    await sheet.getByRole("button", { name: w("ui.save"), exact: true }).click();
    await sheet.waitFor({ state: "detached" });
  });

  test("with 401 leads to the sign-in, and shows nothing of the practice any more", async ({ open }) => {
    const owner = await openPractice();
    await owner.post("/clients", { first_name: "צפרדעונית", last_name: "זברה" });
    const { page } = await open(owner, { path: "/app/clients", statuses: [401] });
    await page.getByText("צפרדעונית").waitFor();
    await owner.ask("POST", "/auth/logout");
    await page.reload();
    await page.getByRole("heading", { name: w("welcome.sign-in"), exact: true }).waitFor();
    expect(await page.content()).not.toContain("צפרדעונית");
  });
});

const READS = WRITES.filter(({ status }) => [403, 429, 503, 500].includes(status));

describe("a read that is refused", () => {
  test.for(READS)("with $status says why, and what to do", async (refusal, { open }) => {
    const owner = await openPractice();
    const { page } = await open(owner, { path: "/app/more", statuses: [refusal.status] });
    await refuse(page, "/clients/index", "GET", refusal);
    await page.getByRole("link", { name: w("clients.title") }).click();
    await page.getByText(w(refusal.words)).waitFor();
    await page.unroute("**/api/v1/clients/index");
    await page
      .getByRole("main")
      .getByRole("button", { name: w("ui.try-again") })
      .click();
    await page.getByText(w("clients.nobody-yet")).waitFor();
  });
});
