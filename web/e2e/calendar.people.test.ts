// Whose calendar it is: a colleague's, an assistant's, one without a connection, and one under a finger.
import type { CDPSession, Locator, Page } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { filesOf } from "./support/chunks.ts";
import { join, openPractice, type Person } from "./support/people.ts";
import { aClient, type Booked, book } from "./support/stock.ts";
import { describe, expect, type Opened, type Opening, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const ZONE = "Asia/Jerusalem";
const WEEK = "/app/calendar?view=week&day=2027-01-04";
const DAY = "/app/calendar?view=day&day=2027-01-04";
const at = (day: string, time: string): string =>
  Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(ZONE).toInstant().toString();
const event = (page: Page, name: string): Locator =>
  page.locator("button[data-id]").filter({ hasText: name });

/** Two who treat, each with somebody on Monday. */
async function twoTherapists(): Promise<{ owner: Person; noa: Person }> {
  const owner = await openPractice({ zone: ZONE });
  const noa = await join(owner, "therapist");
  const [ruth, yosef] = [await aClient(owner, "רות", "לוי"), await aClient(owner, "יוסף", "חדד")];
  await book(owner, { client: ruth, start: at("2027-01-04", "10:00"), more: { notes: "כאב בכתף" } });
  await book(noa, { client: yosef, start: at("2027-01-04", "12:00") });
  return { owner, noa };
}

describe("several therapists", () => {
  test("one sees their own calendar first, a colleague's or everybody's by choice", async ({ open }) => {
    const { owner } = await twoTherapists();
    const { page } = await open(owner, { width: 1280, path: WEEK });
    await event(page, "רות").waitFor();
    expect(await event(page, "יוסף").count()).toBe(0);
    const whose = page.getByLabel(w("calendar.therapist"));
    await whose.selectOption("all");
    await event(page, "יוסף").waitFor();
    await event(page, "רות").waitFor();
    await whose.selectOption({ label: "Noa therapist" });
    await event(page, "רות").waitFor({ state: "detached" });
    await event(page, "יוסף").waitFor();
    // The choice is in the address: it is there again.
    await page.reload();
    await event(page, "יוסף").waitFor();
    expect(await event(page, "רות").count()).toBe(0);
  });
});

test("a client with two therapists at one time is said after it is saved, and the other shown", async ({
  open,
}) => {
  const owner = await openPractice({ zone: ZONE });
  const noa = await join(owner, "therapist");
  const ruth = await aClient(owner, "רות", "לוי");
  await book(owner, { client: ruth, start: at("2027-01-04", "10:00") });
  const second = await book(noa, {
    client: ruth,
    start: at("2027-01-04", "10:00"),
    more: { status: "cancelled" },
  });
  const { page } = await open(noa, { width: 1280, path: `${WEEK}&open=${second.id}` });
  await page.getByRole("button", { name: w("appointments.to-scheduled") }).click();
  await page.getByText(w("calendar.client-twice")).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: w("calendar.show-other") }).click();
  await page.getByRole("dialog").waitFor();
});

describe("an assistant's calendar", () => {
  test("is everybody's, and neither asks for what is clinical nor shows it", async ({ open }) => {
    const { owner } = await twoTherapists();
    const { page, complaints } = await open(await join(owner, "assistant"), { width: 1280, path: WEEK });
    await event(page, "רות").waitFor();
    await event(page, "יוסף").waitFor();
    await event(page, "רות").click();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("button", { name: w("appointments.edit"), exact: true }).click();
    await sheet.getByRole("button", { name: w("ui.save") }).waitFor();
    expect(await page.content()).not.toContain("כאב בכתף");
    expect(await sheet.getByLabel(w("appointments.notes")).count()).toBe(0);
    const asked = complaints.asked.filter((one) => one.startsWith("GET /appointments?"));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((one) => /include=[^&]*note/.test(one))).toEqual([]);
    const clinical = filesOf(/linical/);
    expect(clinical.length).toBeGreaterThan(0);
    const loaded = complaints.requests.map(({ url }) => url);
    expect(clinical.filter((file) => loaded.some((url) => url.endsWith(file)))).toEqual([]);
  });
});

test("without a connection what was read stays, and nothing can be changed", async ({ open }) => {
  const { owner } = await twoTherapists();
  const { page, context, complaints } = await open(owner, { width: 1280, height: 900, path: WEEK });
  await event(page, "רות").waitFor();
  complaints.isOffline = true;
  await context.setOffline(true);
  await page.getByText(w("ui.offline")).waitFor();
  const before = await event(page, "רות").boundingBox();
  if (!before) throw new Error("not drawn");
  const asked = complaints.asked.length;
  const [x, y] = [before.x + before.width / 2, before.y + 10];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + 150, { steps: 6 });
  await page.mouse.up();
  await page.keyboard.press("Escape");
  expect((await event(page, "רות").boundingBox())?.y).toBe(before.y);
  const booking = page.getByRole("button", { name: w("calendar.book-short"), exact: true });
  expect(await booking.getAttribute("aria-disabled")).toBe("true");
  await page.getByRole("link", { name: w("calendar.view-day"), exact: true }).click();
  await event(page, "רות").waitFor();
  expect(complaints.asked.length).toBe(asked);
  await context.setOffline(false);
});

/** One finger, as the browser hears it. */
async function finger(page: Page): Promise<(type: string, x: number, y: number) => Promise<unknown>> {
  const devtools: CDPSession = await page.context().newCDPSession(page);
  return (type, x, y) =>
    devtools.send("Input.dispatchTouchEvent", {
      type: type as "touchStart",
      touchPoints: type === "touchEnd" ? [] : [{ x, y }],
    });
}

describe("a finger", () => {
  const setUp = async (open: (person: Person | null, opening?: Opening) => Promise<Opened>) => {
    const owner = await openPractice({ zone: ZONE });
    const client = await aClient(owner);
    const { id } = await book(owner, { client, start: at("2027-01-04", "10:00"), minutes: 60 });
    const { page } = await open(owner, { path: DAY });
    await event(page, "רות").waitFor();
    const box = await event(page, "רות").boundingBox();
    if (!box) throw new Error("not drawn");
    const startOf = async (): Promise<string> =>
      (await owner.get<Booked>(`/appointments/${id}`)).scheduled_start;
    return { page, box, startOf, touch: await finger(page) };
  };

  test("that rests on an appointment takes it along", async ({ open }) => {
    const { page, box, startOf, touch } = await setUp(open);
    const [x, y] = [box.x + box.width / 2, box.y + 12];
    await touch("touchStart", x, y);
    await page.locator("[data-dragged]").waitFor();
    for (let step = 1; step <= 8; step += 1) await touch("touchMove", x, y + (step * 2 * box.height) / 8);
    await touch("touchEnd", x, y);
    await page.getByText(w("calendar.not-told")).waitFor();
    expect(Temporal.Instant.from(await startOf()).toString()).toBe(at("2027-01-04", "12:00"));
  });

  test("that moves at once scrolls, and takes nothing along", async ({ open }) => {
    const { page, box, startOf, touch } = await setUp(open);
    const [x, y] = [box.x + box.width / 2, box.y + 12];
    const before = await event(page, "רות").boundingBox();
    await touch("touchStart", x, y);
    for (let step = 1; step <= 8; step += 1) await touch("touchMove", x, y - step * 10);
    await touch("touchEnd", x, y);
    await expect.poll(async () => (await event(page, "רות").boundingBox())?.y).not.toBe(before?.y);
    expect(Temporal.Instant.from(await startOf()).toString()).toBe(at("2027-01-04", "10:00"));
  });
});
