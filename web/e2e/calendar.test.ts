import type { Locator, Page } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { openPractice, type Person } from "./support/people.ts";
import { aClient, type Booked, book } from "./support/stock.ts";
import { describe, expect, type Opened, type Opening, test } from "./support/test.ts";
import type { Complaints } from "./support/watch.ts";
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

const WEEK = "/app/calendar?view=week&day=2027-01-04";
const read = (person: Person, id: string): Promise<Booked> => person.get<Booked>(`/appointments/${id}`);
const startOf = async (person: Person, id: string): Promise<string> => {
  const { scheduled_start } = await read(person, id);
  return Temporal.Instant.from(scheduled_start)
    .toZonedDateTimeISO(ZONE)
    .toPlainDateTime()
    .toString()
    .slice(0, 16);
};

/** Take something by the middle of its upper part and leave it elsewhere. */
async function drag(page: Page, from: { x: number; y: number }, by: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + by.x / 2, from.y + by.y / 2, { steps: 4 });
  await page.mouse.move(from.x + by.x, from.y + by.y, { steps: 4 });
  await page.mouse.up();
}

interface Week {
  owner: Person;
  id: string;
  page: Page;
  complaints: Complaints;
  /** Pixels of a day and of an hour. */
  day: number;
  hour: number;
}

type Open = (person: Person | null, opening?: Opening) => Promise<Opened>;

/** A week with רות on Monday at ten. */
async function aWeek(open: Open, language: "he" | "en", statuses: number[] = []): Promise<Week> {
  const owner = await practice(language);
  const client = await aClient(owner);
  const { id } = await book(owner, { client, start: at("2027-01-04", "10:00"), minutes: 60 });
  const { page, complaints } = await open(owner, {
    language,
    width: 1280,
    height: 900,
    path: WEEK,
    statuses,
  });
  await event(page, "רות").waitFor();
  const grid = await box(event(page, "רות").locator("xpath=.."));
  return { owner, id, page, complaints, day: grid.width / 7, hour: (await box(event(page, "רות"))).height };
}

describe("an appointment", () => {
  test.for([
    ["he", -1],
    ["en", 1],
  ] as const)(
    "is dragged to the next day and two hours later, and back by undo: %s",
    async ([language, direction], { open }) => {
      const w = wordsIn(language);
      const { owner, id, page, day, hour } = await aWeek(open, language);
      const { x, y, width } = await box(event(page, "רות"));
      await drag(page, { x: x + width / 2, y: y + 10 }, { x: direction * day, y: 2 * hour });
      await page.getByText(w("calendar.not-told")).waitFor();
      expect(await startOf(owner, id)).toBe("2027-01-05T12:00");
      await page.getByRole("button", { name: w("ui.undo"), exact: true }).click();
      await expect.poll(() => startOf(owner, id)).toBe("2027-01-04T10:00");
    },
  );

  test.for([
    ["he", 1],
    ["en", -1],
  ] as const)("is dragged to the day before: %s", async ([language, direction], { open }) => {
    const { owner, id, page, day } = await aWeek(open, language);
    const { x, y, width } = await box(event(page, "רות"));
    await drag(page, { x: x + width / 2, y: y + 10 }, { x: direction * day, y: 0 });
    await expect.poll(() => startOf(owner, id)).toBe("2027-01-03T10:00");
  });

  test("is not moved by a press that hardly moves: it opens", async ({ open }) => {
    const { owner, id, page } = await aWeek(open, "he");
    const { x, y, width } = await box(event(page, "רות"));
    await drag(page, { x: x + width / 2, y: y + 10 }, { x: 3, y: 3 });
    await page.getByRole("dialog").waitFor();
    expect(await startOf(owner, id)).toBe("2027-01-04T10:00");
  });

  test("is made longer at its end", async ({ open }) => {
    const { owner, id, page, hour } = await aWeek(open, "he");
    const { x, y, width, height } = await box(event(page, "רות"));
    await drag(page, { x: x + width / 2, y: y + height - 3 }, { x: 0, y: hour / 2 });
    await expect
      .poll(async () => {
        const { scheduled_start, scheduled_end } = await read(owner, id);
        return (Date.parse(scheduled_end) - Date.parse(scheduled_start)) / 60_000;
      })
      .toBe(90);
    expect(await startOf(owner, id)).toBe("2027-01-04T10:00");
  });

  test("is moved by keys: Enter, arrows, Enter; Escape puts it back", async ({ open }) => {
    const { owner, id, page, complaints } = await aWeek(open, "he");
    await event(page, "רות").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Escape");
    expect(complaints.asked.filter((one) => one.startsWith("PUT"))).toEqual([]);
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowLeft"); // in Hebrew the next day is at the left
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => startOf(owner, id)).toBe("2027-01-05T10:15");
    expect(complaints.asked.filter((one) => one.startsWith("PUT"))).toHaveLength(1);
  });

  test("goes back to where it was if somebody else is there already", async ({ open }) => {
    const w = wordsIn("he");
    const { owner, id, page, day } = await aWeek(open, "he", [409]);
    const other = await aClient(owner, "יוסף", "חדד");
    const taken = await book(owner, { client: other, start: at("2027-01-05", "10:00") });
    const before = await box(event(page, "רות"));
    await drag(page, { x: before.x + before.width / 2, y: before.y + 10 }, { x: -day, y: 0 });
    await page.getByRole("button", { name: w("calendar.show-other") }).waitFor();
    await expect.poll(async () => Math.round((await box(event(page, "רות"))).x)).toBe(Math.round(before.x));
    expect(await startOf(owner, id)).toBe("2027-01-04T10:00");
    await page.getByRole("button", { name: w("calendar.show-other") }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("open")).toBe(taken.id);
  });

  test("that was changed elsewhere meanwhile is not moved over that change", async ({ open }) => {
    const w = wordsIn("he");
    const { owner, id, page, day } = await aWeek(open, "he", [412]);
    const { version } = await read(owner, id);
    await owner.put(`/appointments/${id}`, version, {
      scheduled_start: at("2027-01-06", "15:00"),
      scheduled_end: at("2027-01-06", "16:00"),
    });
    const { x, y, width } = await box(event(page, "רות"));
    await drag(page, { x: x + width / 2, y: y + 10 }, { x: -day, y: 0 });
    await page.getByText(w("problem.changed-elsewhere")).waitFor();
    expect(await startOf(owner, id)).toBe("2027-01-06T15:00");
    await expect.poll(() => event(page, "רות").getAttribute("aria-label")).toContain("15:00–16:00");
  });

  test("keeps what was typed about it until it is saved or thrown away", async ({ open }) => {
    const owner = await practice();
    const client = await aClient(owner);
    await book(owner, { client, start: at("2027-01-03", "10:00") });
    const { page } = await open(owner, { width: 390, path: "/app/calendar?view=day&day=2027-01-03" });
    const w = wordsIn("he");
    await event(page, "רות").click();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("button", { name: w("appointments.edit"), exact: true }).click();
    const notes = sheet.getByLabel(w("appointments.notes"));
    await notes.fill("כאב בכתף");
    await page.keyboard.press("Escape");
    await sheet.getByRole("button", { name: w("ui.keep-editing") }).click();
    expect(await notes.inputValue()).toBe("כאב בכתף");
    await sheet.getByRole("button", { name: w("ui.save") }).click();
    await sheet.getByText("כאב בכתף").waitFor();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
  });
});

describe("booking", () => {
  test.for(["he", "en"] as const)(
    "takes two presses, as it was last time, and one to undo: %s",
    async (language, { open }) => {
      const w = wordsIn(language);
      const { owner, page, day, hour } = await aWeek(open, language);
      const { x, y, width } = await box(event(page, "רות"));
      // Two days on, three hours down.
      const toNext = language === "he" ? -day : day;
      await page.mouse.click(x + width / 2 + 2 * toNext, y + 3 * hour + 4);
      await page.getByRole("dialog").getByRole("option", { name: /רות/ }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await expect.poll(() => event(page, "רות").count()).toBe(2);
      const { items } = await owner.get<{ items: Booked[] }>(
        `/appointments?from=${at("2027-01-06", "00:00")}&to=${at("2027-01-07", "00:00")}`,
      );
      expect(items).toMatchObject([
        { scheduled_start: at("2027-01-06", "13:00"), scheduled_end: at("2027-01-06", "14:00") },
      ]);
      await page.getByRole("button", { name: w("ui.undo"), exact: true }).click();
      await expect.poll(() => event(page, "רות").count()).toBe(1);
    },
  );

  test("works on a phone by a tap on the day", async ({ open }) => {
    const owner = await practice();
    await aClient(owner, "תמר", "גולן");
    const { page } = await open(owner, { path: "/app/calendar?view=day&day=2027-01-05" });
    const w = wordsIn("he");
    await page.getByText(w("calendar.empty-day")).waitFor();
    const scroller = page.locator("[style*='--minutes']");
    const { x, y, width, height } = await box(scroller);
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await page.getByRole("dialog").getByRole("combobox").fill("תמר");
    await page.getByRole("dialog").getByRole("option", { name: "תמר גולן" }).click();
    await event(page, "תמר").waitFor();
  });
});
