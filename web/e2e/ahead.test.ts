// What is asked for while the app's code is still on its way: nothing that would not be shown.
import type { Page } from "playwright-core";
import { addApp } from "./support/factors.ts";
import { join, openPractice, type Person } from "./support/people.ts";
import { aClient, book } from "./support/stock.ts";
import { describe, expect, type Opened, type Opening, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const CODE = /\/app\/assets\/app-[^/]*\.js$/;

/** A window in which the app's code does not come before `go`. */
async function held(opened: Opened, path = "/app/"): Promise<() => void> {
  const { promise: isOpen, resolve: go } = Promise.withResolvers<void>();
  let isAsked = false;
  await opened.page.route(CODE, async (route) => {
    isAsked = true;
    await isOpen;
    await route.continue();
  });
  opened.complaints.requests.length = 0;
  await opened.page.goto(path, { waitUntil: "commit" });
  await expect.poll(() => isAsked && opened.complaints.asked.length > 0).toBe(true);
  return go;
}

type Open = (person: Person | null, opening?: Opening) => Promise<Opened>;
const blank = (open: Open, person: Person | null, opening: Opening = {}): Promise<Opened> =>
  open(person, { ...opening, path: "about:blank" });
const isIn = (page: Page): Promise<void> =>
  page.getByRole("navigation", { name: w("ui.main-menu") }).waitFor();

describe("while the app's code is on its way", () => {
  test.for([
    ["owner", "client%2Cnote%2Creminder"],
    ["assistant", "client%2Creminder"],
  ] as const)("Today's list is asked for once, as the role may: %s", async ([role, parts], { open }) => {
    const owner = await openPractice();
    await book(owner, {
      client: await aClient(owner),
      start: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const person = role === "owner" ? owner : await join(owner, role);
    const opened = await blank(open, person);
    const go = await held(opened);
    const { complaints, page } = opened;
    await expect.poll(() => complaints.asked.length).toBe(2);
    expect(complaints.asked[0]).toBe("GET /auth/me");
    expect(complaints.asked[1]).toMatch(new RegExp(`^GET /appointments\\?.*include=${parts}&`));
    go();
    await page
      .getByRole("region", { name: w("today.now-and-next") })
      .getByText("רות")
      .waitFor();
    await page.waitForLoadState("networkidle");
    expect(complaints.asked).toEqual([...new Set(complaints.asked)]);
  });

  test("elsewhere than Today, or locked, only who is here is asked for", async ({ open }) => {
    const owner = await openPractice();
    await addApp(owner);
    const opened = await blank(open, owner, { statuses: [403] });
    const go = await held(opened, "/app/more");
    go();
    await isIn(opened.page);
    expect(opened.complaints.asked).toEqual(["GET /auth/me"]);

    await owner.ask("POST", "/auth/lock");
    const again = await held(opened);
    again();
    await opened.page.getByRole("heading", { name: w("welcome.locked") }).waitFor();
    expect(opened.complaints.asked).toEqual(["GET /auth/me"]);
  });

  test("nothing is asked for where nobody is signed in, and nothing is complained of", async ({ open }) => {
    const { page, complaints } = await open(null);
    await page.getByRole("heading", { name: w("welcome.sign-in"), exact: true }).waitFor();
    expect(complaints.asked).toEqual([]);
  });
});
