// A note, from the first word to what is added after it is final.
import type { Page, Route } from "playwright-core";
import { join, type Made, openPractice, type Person } from "./support/people.ts";
import { aClient, type Booked, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const MINUTE = 60_000;
const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * MINUTE).toISOString();

interface Hour {
  owner: Person;
  ruth: Made;
  hour: Made & Booked;
}

/** Somebody whose hour is running. */
async function anHour(): Promise<Hour> {
  const owner = await openPractice();
  const ruth = await aClient(owner, "רות", "בן־עמי");
  return { owner, ruth, hour: await book(owner, { client: ruth, start: inMinutes(-20) }) };
}

const pathOf = (hour: { id: string }): string => `/app/notes/${hour.id}`;
const field = (page: Page, name: string) => page.getByLabel(w(`sessions.${name}`), { exact: true });
const line = (page: Page) => page.locator("[data-state]");
const isSaved = (page: Page) => page.locator('[data-state="saved"][data-tone="ok"]').waitFor();
const press = (page: Page, key: string) =>
  page
    .getByRole("button", { name: w(key), exact: true })
    .first()
    .click();

interface Saved {
  items: (Made & { status: string; subjective: string | null; plan: string | null })[];
}
const notes = async (owner: Person): Promise<Saved["items"]> =>
  (await owner.get<Saved>("/sessions?include=text")).items;

const aNote = (owner: Person, hour: Made, texts: object): Promise<Made> =>
  owner.post("/sessions", { appointment_id: hour.id, ...texts });

async function finalized(owner: Person, hour: Made, texts: object): Promise<Made> {
  const note = await aNote(owner, hour, texts);
  await owner.ask("PATCH", `/sessions/${note.id}/finalize`, undefined, { "if-match": `"${note.version}"` });
  return note;
}

describe("a note", () => {
  test("is written from Today's card, says where its words are, and is there after a reload", async ({
    open,
  }) => {
    const { owner } = await anHour();
    const { page } = await open(owner);
    await page
      .getByRole("link", { name: w("today.write") })
      .first()
      .tap();
    await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).waitFor();
    await line(page).getByText(w("sessions.nothing-written")).first().waitFor();
    // The caret is in the first field already.
    await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/api/v1/sessions", async (route: Route) => {
      if (route.request().method() === "POST") await held;
      await route.continue();
    });
    await page.keyboard.type("כאב בברך");
    await line(page).getByText(w("sessions.saving")).first().waitFor();
    await page.waitForTimeout(2500);
    expect(await line(page).getAttribute("data-state")).toBe("saving");
    expect(await notes(owner)).toEqual([]);
    release();
    await isSaved(page);
    expect((await notes(owner))[0]?.subjective).toBe("כאב בברך");
    await page.reload();
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "כאב בברך");
    await field(page, "plan").fill("תרגול יומי");
    await isSaved(page);
    expect(await notes(owner)).toMatchObject([{ subjective: "כאב בברך", plan: "תרגול יומי" }]);
  });

  test("takes what is typed while the answer is on its way, and the caret stays", async ({ open }) => {
    const { owner, hour } = await anHour();
    const { page } = await open(owner, { path: pathOf(hour) });
    await page.route("**/api/v1/sessions**", async (route: Route) => {
      const answer = await route.fetch();
      await page.waitForTimeout(route.request().method() === "GET" ? 0 : 600);
      await route.fulfill({ response: answer });
    });
    await field(page, "subjective").click();
    const words = "אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע עשר ".repeat(3);
    await page.keyboard.type(words, { delay: 40 });
    for (let step = 0; step < 4; step += 1) await page.keyboard.press("ArrowRight");
    await isSaved(page);
    await page.keyboard.type("X");
    await isSaved(page);
    const expected = `${words.slice(0, -4)}X${words.slice(-4)}`;
    expect(await field(page, "subjective").inputValue()).toBe(expected);
    expect((await notes(owner))[0]?.subjective).toBe(expected);
  });

  test("takes 20,000 emoji, and says so when there is one more", async ({ open }) => {
    const { owner, hour } = await anHour();
    const { page } = await open(owner, { path: pathOf(hour), statuses: [422] });
    await field(page, "objective").fill("🙂".repeat(20_000));
    await page.getByText(w("sessions.left", { count: 0 })).waitFor();
    await isSaved(page);
    const sent = (await notes(owner))[0] as unknown as { objective: string };
    expect([...sent.objective].length).toBe(20_000);
    await field(page, "objective").press("End");
    await page.keyboard.insertText("🙂");
    await page.getByText(w("sessions.too-long", { count: 1 })).waitFor();
    expect(await field(page, "objective").getAttribute("aria-invalid")).toBe("true");
  });

  test("loses half characters and NUL when pasting, and nothing else", async ({ open }) => {
    const { owner, hour } = await anHour();
    const { page } = await open(owner, { path: pathOf(hour) });
    await field(page, "subjective").click();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData("text/plain", "a\u0000b\ud83dc\r\nשלום");
      document.activeElement?.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await isSaved(page);
    expect((await notes(owner))[0]?.subjective).toBe("ab\ufffdc\nשלום");
  });

  test("is made final by a person who read it, and then only added to", async ({ open }) => {
    const { owner, hour } = await anHour();
    const { page } = await open(owner, { path: pathOf(hour), statuses: [422] });
    await field(page, "subjective").fill("כאב בברך");
    await isSaved(page);
    await press(page, "sessions.finalize");
    const sheet = page.getByRole("dialog");
    await sheet.getByText("כאב בברך").waitFor();
    expect((await notes(owner))[0]?.status).toBe("draft");
    await sheet.getByRole("button", { name: w("sessions.finalize-now") }).click();
    await page.getByText(w("notepage.read-only")).waitFor();
    expect(await page.locator("textarea").count()).toBe(0);
    expect((await notes(owner))[0]?.status).toBe("finalized");
    await press(page, "amendments.add");
    await page.getByLabel(w("amendments.reason")).fill("נשכח");
    await press(page, "amendments.add-now");
    await page.getByText(w("amendments.is-empty")).waitFor();
    await field(page, "plan").fill("ביקורת בעוד שבוע");
    // What was typed outlives leaving the screen.
    await page.waitForTimeout(400);
    await page.getByRole("link", { name: w("notepage.to-client") }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.goBack();
    await page.getByLabel(w("amendments.reason")).waitFor();
    await page.waitForFunction((text) => document.querySelector("input")?.value === text, "נשכח");
    await press(page, "amendments.add-now");
    await page.getByRole("heading", { name: w("amendments.title") }).waitFor();
    await page.getByText("ביקורת בעוד שבוע").waitFor();
    await page.getByText("נשכח").waitFor();
    await page.getByText("כאב בברך").waitFor();
  });

  test("that was changed elsewhere meanwhile is not made final unread", async ({ open }) => {
    const { owner, hour } = await anHour();
    const note = await aNote(owner, hour, { subjective: "ראשון" });
    const { page } = await open(owner, { path: pathOf(hour), statuses: [412] });
    await press(page, "sessions.finalize");
    const sheet = page.getByRole("dialog");
    await sheet.getByText("ראשון").waitFor();
    await owner.put(`/sessions/${note.id}`, note.version, { subjective: "שני" });
    await sheet.getByRole("button", { name: w("sessions.finalize-now") }).click();
    await sheet.getByText(w("sessions.changed-meanwhile")).waitFor();
    expect((await notes(owner))[0]?.status).toBe("draft");
    await sheet.getByRole("button", { name: w("sessions.read-again") }).click();
    await sheet.getByText("שני").waitFor();
    await sheet.getByRole("button", { name: w("sessions.finalize-now") }).click();
    await page.getByText(w("notepage.read-only")).waitFor();
  });

  test("has its earlier texts, word by word, and each comes back", async ({ open }) => {
    const { owner, hour } = await anHour();
    const note = await aNote(owner, hour, { subjective: "כאב בברך ימין", plan: "מנוחה" });
    const noa = await join(owner, "therapist");
    const second = await noa.put(`/sessions/${note.id}`, note.version, { subjective: "כאב בכתף ימין" });
    const { page } = await open(owner, { path: pathOf(hour) });
    await press(page, "sessions.history");
    const sheet = page.getByRole("dialog");
    await sheet.getByText("Dana Cohen").waitFor();
    await sheet.getByRole("button", { name: w("sessions.compare") }).click();
    await sheet.locator("del", { hasText: "בברך" }).waitFor();
    await sheet.locator("ins", { hasText: "בכתף" }).waitFor();
    await sheet.getByRole("button", { name: w("sessions.restore") }).click();
    await isSaved(page);
    expect(await field(page, "subjective").inputValue()).toBe("כאב בברך ימין");
    expect((await notes(owner))[0]).toMatchObject({ subjective: "כאב בברך ימין" });
    expect((await notes(owner))[0]?.version).toBeGreaterThan(second.version);
    await press(page, "ui.undo");
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "כאב בכתף ימין");
    await isSaved(page);
  });

  test("stands beside the one before it, and its plan's milestones are ticked there", async ({ open }) => {
    const { owner, ruth, hour } = await anHour();
    const earlier = await book(owner, { client: ruth, start: inMinutes(-7 * 24 * 60) });
    await finalized(owner, earlier, { assessment: "שיפור", plan: "תרגול בבית" });
    const day = new Date().toISOString().slice(0, 10);
    const plan = await owner.post("/plans", { client_id: ruth.id, title: "חזרה לריצה", start_date: day });
    await owner.post(`/plans/${plan.id}/milestones`, { description: "לרוץ חמש דקות" });
    const { page, complaints } = await open(owner, { path: pathOf(hour) });
    await page.getByText(w("notepage.last-note")).waitFor();
    await page.waitForLoadState("networkidle");
    // On a phone nothing of it is read before somebody opens it.
    expect(complaints.asked.filter((one) => /plans|to=/.test(one))).toEqual([]);
    await page.getByText(w("notepage.last-note")).tap();
    await page.getByRole("button", { name: w("notepage.copy", { field: w("sessions.plan") }) }).tap();
    await isSaved(page);
    expect(await field(page, "plan").inputValue()).toBe("תרגול בבית");
    await page.getByText(w("notepage.plan"), { exact: true }).tap();
    const box = page.getByRole("checkbox", { name: "לרוץ חמש דקות" });
    await box.click();
    await page.getByText(w("plans.reached"), { exact: true }).waitFor();
    const read = () => owner.get<{ items: { status: string }[] }>(`/plans/${plan.id}/milestones`);
    expect((await read()).items[0]?.status).toBe("achieved");
    await page
      .getByRole("button", { name: w("ui.undo") })
      .last()
      .click();
    await page.waitForFunction(() => !document.querySelector<HTMLInputElement>("[type=checkbox]")?.checked);
    expect((await read()).items[0]?.status).toBe("pending");
  });

  test("is asked for once more before its draft is deleted", async ({ open }) => {
    const { owner, hour } = await anHour();
    await aNote(owner, hour, { subjective: "טיוטה" });
    const { page } = await open(owner, { path: pathOf(hour) });
    await press(page, "sessions.remove");
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("button", { name: w("ui.cancel"), exact: true }).click();
    expect((await notes(owner)).length).toBe(1);
    await press(page, "sessions.remove");
    await sheet.getByRole("button", { name: w("sessions.remove-now") }).click();
    await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).waitFor();
    await page.waitForURL("**/app/clients/**");
    expect(await notes(owner)).toEqual([]);
  });

  test("of another practice's appointment is the same as of none", async ({ open }) => {
    const { hour } = await anHour();
    const { page } = await open(await openPractice(), { path: pathOf(hour), statuses: [404] });
    await page.getByText(w("notepage.not-here")).waitFor();
    await page.goto(pathOf({ id: "01900000-0000-7000-8000-000000000000" }));
    await page.getByText(w("notepage.not-here")).waitFor();
    await page.goto("/app/notes/nonsense");
    await page.getByText(w("notepage.not-here")).waitFor();
  });

  test("is no screen of an assistant's, and no request", async ({ open }) => {
    const { owner, hour } = await anHour();
    const { page, complaints } = await open(await join(owner, "assistant"), { path: pathOf(hour) });
    await page.getByText(w("ui.not-here")).waitFor();
    await page.goto("/app/notes/unfiled/new");
    await page.getByText(w("ui.not-here")).waitFor();
    await page.goto("/app/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    expect(await page.getByRole("link", { name: w("today.write") }).count()).toBe(0);
    expect(await page.getByRole("link", { name: w("today.walk-in") }).count()).toBe(0);
    expect(complaints.asked.filter((one) => /sessions|plans/.test(one))).toEqual([]);
  });

  test("of a colleague, or of a cancelled appointment, says so", async ({ open }) => {
    const { owner, hour } = await anHour();
    const noa = await join(owner, "therapist");
    await owner.put(`/appointments/${hour.id}`, hour.version, { status: "cancelled" });
    const { page } = await open(noa, { path: pathOf(hour) });
    await page.getByText(w("notepage.colleagues", { name: "Dana Cohen" })).waitFor();
    await page.getByText(w("notepage.cancelled")).waitFor();
  });

  test("is printed whole, and nothing around it", async ({ open }) => {
    const { owner, hour } = await anHour();
    await aNote(owner, hour, { subjective: Array.from({ length: 60 }, (_, at) => `שורה ${at}`).join("\n") });
    const { page } = await open(owner, { path: pathOf(hour) });
    await field(page, "subjective").waitFor();
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print" });
    expect(await page.getByText("שורה 59").last().isVisible()).toBe(true);
    expect(await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).isVisible()).toBe(true);
    expect(await page.locator("textarea").first().isVisible()).toBe(false);
    expect(await page.getByRole("navigation").isVisible()).toBe(false);
  });

  test("that is final is printed with what was added, as a file", async ({ open }) => {
    const { owner, hour } = await anHour();
    await finalized(owner, hour, { subjective: "כאב" });
    const { page } = await open(owner, { path: pathOf(hour) });
    const handed = page.waitForEvent("download");
    await press(page, "notepage.print");
    expect((await handed).suggestedFilename()).toBe("note.pdf");
  });
});

describe("a note without an appointment", () => {
  test("is written first, and sent once it is said whose it is", async ({ open }) => {
    const { owner } = await anHour();
    const { page } = await open(owner);
    await page.getByRole("link", { name: w("today.walk-in") }).tap();
    await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    await page.keyboard.type("נכנסה בלי תור");
    await page.waitForTimeout(2000);
    expect(await notes(owner)).toEqual([]);
    await press(page, "notepage.choose");
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /רות בן־עמי/ })
      .click();
    await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).waitFor();
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "נכנסה בלי תור");
    await isSaved(page);
    expect((await notes(owner))[0]?.subjective).toBe("נכנסה בלי תור");
  });

  test("may have its appointment made there and then", async ({ open }) => {
    const owner = await openPractice();
    await aClient(owner, "יוסף", "חדד");
    const { page } = await open(owner, { path: "/app/notes/unfiled/new" });
    await field(page, "subjective").fill("הגעה ראשונה");
    await press(page, "notepage.choose");
    await press(page, "notepage.walked-in");
    await page.getByRole("dialog").getByRole("combobox").fill("יוסף");
    await page.getByRole("option", { name: "יוסף חדד" }).click();
    await page.getByRole("heading", { level: 1, name: "יוסף חדד" }).waitFor();
    await isSaved(page);
    expect((await notes(owner))[0]?.subjective).toBe("הגעה ראשונה");
  });
});
