import type { Locator, Page } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { openPractice, type Person } from "./support/people.ts";
import { aClient, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const ZONE = "Asia/Jerusalem";
const at = (day: string, time: string, zone = ZONE): string =>
  Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).toInstant().toString();
const event = (page: Page, name: string): Locator =>
  page.locator("button[data-id]").filter({ hasText: name });
const practice = (language: "he" | "en" = "he"): Promise<Person> => openPractice({ language, zone: ZONE });
const box = async (place: Locator): Promise<{ x: number; y: number; width: number; height: number }> =>
  (await place.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };

describe("the week", () => {
  // 2027-01-03 is a Sunday.
  test.for([
    ["he", -1],
    ["en", 1],
  ] as const)(
    "begins on Sunday, on the side where reading begins: %s",
    async ([language, direction], { open }) => {
      const owner = await practice(language);
      const client = await aClient(owner);
      await book(owner, { client, start: at("2027-01-03", "10:00") });
      const other = await aClient(owner, "יוסף", "חדד");
      await book(owner, { client: other, start: at("2027-01-05", "12:00") });
      const { page } = await open(owner, {
        language,
        width: 1280,
        path: "/app/calendar?view=week&day=2027-01-04",
      });
      const [sunday, tuesday] = [await box(event(page, "רות")), await box(event(page, "יוסף"))];
      expect(Math.sign(tuesday.x - sunday.x)).toBe(direction);
      expect(tuesday.y).toBeGreaterThan(sunday.y);
      expect(await event(page, "רות").getAttribute("aria-label")).toContain("10:00–10:50");
    },
  );

  test("is read by one request, with the names in it", async ({ open }) => {
    const owner = await practice();
    const client = await aClient(owner);
    await book(owner, { client, start: at("2027-01-03", "10:00") });
    const { page, complaints } = await open(owner, {
      width: 1280,
      path: "/app/calendar?view=week&day=2027-01-04",
    });
    await event(page, "רות").waitFor();
    expect(complaints.asked.filter((one) => one.startsWith("GET /appointments"))).toHaveLength(1);
    expect(complaints.asked.filter((one) => one.startsWith("GET /clients"))).toEqual([]);
    await page.getByRole("link", { name: wordsIn("he")("calendar.view-day"), exact: true }).click();
    await event(page, "רות").waitFor({ state: "detached" });
    expect(complaints.asked.filter((one) => one.startsWith("GET /appointments"))).toHaveLength(1);
  });

  test("with nothing in it says so", async ({ open }) => {
    const { page } = await open(await practice(), {
      width: 1280,
      path: "/app/calendar?view=week&day=2027-01-04",
    });
    await page.getByText(wordsIn("he")("calendar.empty-week")).waitFor();
  });
});

describe("a day on which the clocks change", () => {
  const HOUR = 60;
  test.for([
    ["2027-03-26", 24, 1], // an hour of it never was
    ["2027-10-31", 25, 0], // an hour of it comes twice
    ["2027-06-01", 24, 0],
  ] as const)("has its own hours: %s", async ([day, hours, blanks], { open }) => {
    const owner = await practice();
    const client = await aClient(owner);
    await book(owner, { client, start: at(day, "00:30") });
    await book(owner, { client, start: at(day, "10:00") });
    const { page } = await open(owner, { path: `/app/calendar?view=day&day=${day}` });
    await expect.poll(() => event(page, "רות").count()).toBe(2);
    const grid = event(page, "רות").first().locator("xpath=..");
    const minutes = await grid.evaluate((element) => getComputedStyle(element).getPropertyValue("--minutes"));
    expect(Number(minutes)).toBe(hours * HOUR);
    const still = await grid.locator("> :not(button)").count();
    expect(still).toBe(blanks);
    const [early, late] = [await box(event(page, "רות").first()), await box(event(page, "רות").last())];
    const height = (await box(grid)).height / hours;
    expect((late.y - early.y) / height).toBeCloseTo(hours === 25 ? 10.5 : 9.5, 1);
  });
});

test("hours are the practice's, also on a device in New York", async ({ open }) => {
  const owner = await practice();
  const client = await aClient(owner);
  await book(owner, { client, start: at("2027-01-05", "00:30") });
  const { page } = await open(owner, {
    zone: "America/New_York",
    path: "/app/calendar?view=day&day=2027-01-05",
  });
  expect(await event(page, "רות").getAttribute("aria-label")).toContain("00:30–01:20");
  await page
    .getByText(wordsIn("he")("calendar.zones", { practice: "Jerusalem", device: "New York" }))
    .waitFor();
});

test("a month counts each day, and a day opens by a press", async ({ open }) => {
  const owner = await practice("en");
  const client = await aClient(owner, "Maya", "Stern");
  for (const time of ["09:00", "10:00", "11:00"])
    await book(owner, { client, start: at("2027-01-05", time) });
  const { page } = await open(owner, {
    language: "en",
    path: "/app/calendar?view=month&day=2027-01-05",
  });
  await page.getByRole("link", { name: /5 January.*3 appointments/ }).click();
  await expect.poll(() => event(page, "Maya").count()).toBe(3);
});
