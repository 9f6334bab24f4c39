import type { Page } from "playwright-core";
import { join, type Made, openPractice, type Person } from "./support/people.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const MINUTE = 60_000;
const he = wordsIn("he");

const client = (owner: Person, first: string, last: string): Promise<Made> =>
  owner.post("/clients", { first_name: first, last_name: last, phone: "050-555-0101" });

/** An appointment that begins so many minutes from now. */
async function book(owner: Person, whom: Made, minutes: number, more: object = {}): Promise<Made> {
  const start = Date.now() + minutes * MINUTE;
  return await owner.post("/appointments", {
    client_id: whom.id,
    scheduled_start: new Date(start).toISOString(),
    scheduled_end: new Date(start + 50 * MINUTE).toISOString(),
    ...more,
  });
}

/** A practice in the middle of a morning: one hour runs, one is over, one is to come; a plan wants its review. */
async function morning(): Promise<{ owner: Person; ruth: Made; maya: Made }> {
  const owner = await openPractice();
  const ruth = await client(owner, "רות", "בן־עמי");
  const maya = await client(owner, "Maya", "Stern");
  await book(owner, ruth, -20, { location: "חדר 2" });
  await book(owner, maya, 60, { location_type: "online", location: "https://meet.example.org/abc" });
  await book(owner, maya, -100);
  const before = await book(owner, ruth, -3 * 24 * 60);
  const texts = { assessment: "שיפור הדרגתי", plan: "Exercise daily" };
  const note = await owner.post("/sessions", { appointment_id: before.id, ...texts });
  await owner.ask("PATCH", `/sessions/${note.id}/finalize`, undefined, { "if-match": `"${note.version}"` });
  const day = new Date(Date.now() - 24 * 60 * MINUTE).toISOString().slice(0, 10);
  await owner.post("/plans", {
    client_id: maya.id,
    title: "Back to work",
    start_date: day,
    review_date: day,
  });
  return { owner, ruth, maya };
}

const kind = (page: Page, name: string) => page.locator(`[data-kind="${name}"]`);

describe("Today's queue", () => {
  test("shows whom one sees now and next, the day, and what waits", async ({ open }) => {
    const { owner } = await morning();
    const { page } = await open(owner);
    const card = page.getByRole("region", { name: he("today.now-and-next") });
    await card.getByRole("heading", { name: "רות בן־עמי" }).waitFor();
    await card.getByText("חדר 2").waitFor();
    await card.getByRole("link", { name: "Maya Stern" }).waitFor();
    await page.getByText(he("today.left", { count: 2 })).waitFor();
    await kind(page, "notes").getByText("Maya Stern").waitFor();
    await kind(page, "plans").getByText("Back to work").waitFor();
    expect(await kind(page, "plans").getByRole("listitem").count()).toBe(1);
  });

  test("the latest five notes to write are shown, and the older ones when asked for", async ({ open }) => {
    const owner = await openPractice();
    const ruth = await client(owner, "רות", "לוי");
    for (let days = 1; days <= 8; days += 1) await book(owner, ruth, -days * 24 * 60);
    const { page } = await open(owner);
    const notes = kind(page, "notes");
    await notes.getByRole("listitem").nth(4).waitFor();
    expect(await notes.getByRole("listitem").count()).toBe(5);
    await notes.getByRole("button", { name: he("today.older", { count: 3 }) }).click();
    await notes.getByRole("listitem").nth(7).waitFor();
    expect(await notes.getByRole("button").count()).toBe(0);
  });

  test("says that nothing waits, and what comes next", async ({ open }) => {
    const owner = await openPractice({ language: "en" });
    await book(owner, await client(owner, "Ruth", "Levi"), 5 * 24 * 60);
    const { page } = await open(owner, { language: "en" });
    const w = wordsIn("en");
    await page.getByText(w("today.nothing")).waitFor();
    expect(await page.getByRole("link", { name: "Ruth Levi" }).count()).toBe(2);
  });

  test("what could not be read is said, with a way to try again; the rest is there", async ({ open }) => {
    const { owner } = await morning();
    const { page } = await open(owner, { path: "/app/clients", statuses: [500] });
    await page.route("**/api/v1/plans?**", (route) => route.fulfill({ status: 500, json: {} }));
    await page.getByRole("link", { name: he("today.menu") }).click();
    await kind(page, "notes").waitFor();
    await page.getByText(he("problem.unexpected")).waitFor();
    await page.unroute("**/api/v1/plans?**");
    await page.getByRole("button", { name: he("ui.try-again") }).click();
    await kind(page, "plans").waitFor();
    expect(await page.getByText(he("problem.unexpected")).count()).toBe(0);
  });

  test("a therapist sees their own day; an owner may see the practice's", async ({ open }) => {
    const { owner, maya } = await morning();
    const noa = await join(owner, "therapist");
    const { user } = await noa.get<{ user: Made }>("/auth/me");
    await book(owner, maya, 3 * 60, { therapist_id: user.id });
    const hers = (await open(noa, { width: 1280 })).page;
    await hers.getByRole("heading", { name: "Maya Stern" }).waitFor();
    expect(await hers.getByText("רות בן־עמי").count()).toBe(0);
    const { page } = await open(owner, { width: 1280 });
    await page.getByText(he("today.left", { count: 2 })).waitFor();
    await page.getByRole("radio", { name: he("today.all") }).click();
    await page.getByText(he("today.left", { count: 3 })).waitFor();
    await page.getByText("Noa therapist").waitFor();
  });
});
