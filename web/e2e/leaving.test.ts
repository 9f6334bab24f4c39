// A browser that several people use, in several tabs, with a connection that fails when it matters.
import type { Page } from "playwright-core";
import { addApp, digits } from "./support/factors.ts";
import { type Made, mailTo, openPractice, type Person } from "./support/people.ts";
import { place } from "./support/place.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const isIn = (page: Page): Promise<void> =>
  page.getByRole("navigation", { name: w("ui.main-menu") }).waitFor();
const isAt = (page: Page, heading: string): Promise<void> =>
  page.getByRole("heading", { name: w(heading), exact: true }).waitFor();
const lock = (page: Page): Promise<void> =>
  page.getByRole("button", { name: w("ui.lock"), exact: true }).click();

async function withClient(): Promise<{ owner: Person; secret: string; client: Made }> {
  const owner = await openPractice();
  const client = await owner.post("/clients", { first_name: "צפרדעונית", last_name: "זברה" });
  return { owner, secret: await addApp(owner), client };
}

describe("a lock", () => {
  test("that the server did not take is due until it does", async ({ open }) => {
    const { owner } = await withClient();
    const { page } = await open(owner, { path: "/app/clients", statuses: [403, 503] });
    await isIn(page);
    await page.route("**/auth/lock", (route) => route.fulfill({ status: 503 }));
    await lock(page);
    await isAt(page, "welcome.locked");
    await page.reload();
    await page.getByRole("alert").waitFor();
    expect(await page.content()).not.toMatch(/צפרדעונית/);
    await page.unroute("**/auth/lock");
    await page.reload();
    await isAt(page, "welcome.locked");
    expect((await owner.ask("GET", "/clients")).status).toBe(403);
  });

  test("comes after what only waited for its undo to go", async ({ open }) => {
    const { owner, secret, client } = await withClient();
    const { page } = await open(owner, { path: `/app/clients/${client.id}`, statuses: [403] });
    await page.getByRole("button", { name: w("clients.archive") }).click();
    await lock(page);
    await isAt(page, "welcome.locked");
    await expect.poll(async () => (await owner.ask("GET", "/clients")).status).toBe(403);
    await owner.post("/auth/prove", { code: digits(secret, 1) });
    expect(await owner.get(`/clients/${client.id}`)).toMatchObject({ archived_at: expect.any(String) });
  });

  test("that was made while the page was put aside shows when it comes back", async ({ open }) => {
    const { owner } = await withClient();
    const { page } = await open(owner, { path: "/app/clients", statuses: [403] });
    await page.getByText("צפרדעונית").waitFor();
    await owner.ask("POST", "/auth/lock");
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    await isAt(page, "welcome.locked");
    expect(await page.content()).not.toMatch(/צפרדעונית/);
  });

  test("that somebody signs out of ends in every tab", async ({ open }) => {
    const { owner } = await withClient();
    const { page, context } = await open(owner, { statuses: [401, 403] });
    await isIn(page);
    const second = await context.newPage();
    await second.goto("/app/more");
    await isIn(second);
    await lock(page);
    await isAt(second, "welcome.locked");
    await page.getByRole("button", { name: w("accounts.sign-out") }).click();
    await isAt(page, "welcome.sign-in");
    await isAt(second, "welcome.sign-in");
  });
});

test("somebody else who comes in by another tab, and is not through yet, sees nothing of who was here", async ({
  open,
}) => {
  const { owner } = await withClient();
  const { page, context } = await open(owner, { path: "/app/clients", statuses: [403] });
  await page.getByText("צפרדעונית").waitFor();

  const other = await openPractice();
  const first = await mailTo(other.email);
  await addApp(other);
  const told = await mailTo(other.email, first);
  await other.post("/auth/magic-link", { email: other.email });
  await other.openLink(told);
  await context.addCookies([
    { name: "pazpaz_sign_in", value: other.cookies.get("pazpaz_sign_in") ?? "", url: place.base },
  ]);
  const second = await context.newPage();
  await second.goto("/app/");
  await isAt(second, "welcome.prove");
  await isAt(page, "welcome.prove");
  expect(await page.content()).not.toMatch(/צפרדעונית/);
});
