import type { Page } from "playwright-core";
import { filesOf } from "./support/chunks.ts";
import { join, type Made, openPractice, type Person } from "./support/people.ts";
import { aClient, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const MINUTE = 60_000;
const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * MINUTE).toISOString();

interface AuditEvent {
  id: string;
  action: string;
  entity_type: string;
}

/** What was recorded of somebody since, but for the looking itself. */
async function recorded(owner: Person, known: Set<string>): Promise<AuditEvent[]> {
  const { items } = await owner.get<{ items: AuditEvent[] }>("/audit-events?limit=100");
  return items.filter(({ id, action }) => !known.has(id) && !action.startsWith("audit"));
}

const known = async (owner: Person): Promise<Set<string>> =>
  new Set((await recorded(owner, new Set())).map(({ id }) => id));

/** A day with somebody now, somebody before without a note, and one tomorrow. */
async function aDay(owner: Person): Promise<{ ruth: Made; yosef: Made }> {
  const ruth = await aClient(owner, "רות", "לוי", { phone: "050-555-0101" });
  const yosef = await aClient(owner, "יוסף", "חדד");
  await book(owner, { client: yosef, start: inMinutes(-120), minutes: 50 });
  await book(owner, { client: ruth, start: inMinutes(-20), minutes: 50 });
  await book(owner, { client: yosef, start: inMinutes(24 * 60) });
  return { ruth, yosef };
}

const nowCard = (page: Page, name: string) =>
  page.getByRole("region", { name: w("today.now-and-next") }).getByRole("heading", { name });

describe("Today", () => {
  test("comes by at most six requests, which record at most six events, and reads nothing ahead", async ({
    open,
  }) => {
    const owner = await openPractice();
    await aDay(owner);
    const before = await known(owner);
    const { page, complaints } = await open(owner);
    await nowCard(page, "רות").waitFor();
    await page.getByText(w("today.kind.notes")).waitFor();
    await page.waitForLoadState("networkidle");
    expect(complaints.asked.length).toBeLessThanOrEqual(6);
    for (const link of await page.locator("main a:visible, nav a:visible").all()) await link.hover();
    await page.waitForLoadState("networkidle");
    const events = await recorded(owner, before);
    expect(events.length).toBeLessThanOrEqual(6);
    expect(complaints.asked.length).toBeLessThanOrEqual(6);
    // What was on the screen were lists, and who one is: nobody's record was opened.
    const actions = events.map(({ action }) => action);
    expect(actions.filter((action) => !action.endsWith(".list") && action !== "user.read")).toEqual([]);
  });

  test("opens the last note only when somebody asks for it", async ({ open }) => {
    const owner = await openPractice();
    const { ruth } = await aDay(owner);
    const earlier = await book(owner, { client: ruth, start: inMinutes(-7 * 24 * 60) });
    await owner.post("/sessions", { appointment_id: earlier.id, assessment: "שיפור הדרגתי", plan: "להמשיך" });
    const before = await known(owner);
    const { page } = await open(owner);
    await nowCard(page, "רות").waitFor();
    await page.waitForLoadState("networkidle");
    expect((await recorded(owner, before)).filter(({ action }) => action.startsWith("session.read"))).toEqual(
      [],
    );
    await page.getByText(w("today.last-note")).first().click();
    await page.getByText("שיפור הדרגתי").waitFor();
    const events = await recorded(owner, before);
    expect(events.filter(({ entity_type }) => entity_type === "session").length).toBeGreaterThan(0);
  });

  test("of a new practice says what to do first: en", async ({ open }) => {
    const en = wordsIn("en");
    const owner = await openPractice({ language: "en" });
    const { page } = await open(owner, { language: "en" });
    await page.getByRole("heading", { name: en("today.whom") }).waitFor();
    await page.getByRole("link", { name: en("today.first-client") }).click();
    await page.getByRole("heading", { level: 1, name: en("clients.title") }).waitFor();
  });

  test("goes by the server's clock and the practice's zone on a device that has others", async ({ open }) => {
    const owner = await openPractice();
    await aDay(owner);
    const { page } = await open(owner, { zone: "Pacific/Auckland", clockAhead: 180 });
    await nowCard(page, "רות").waitFor();
    await page.getByText(w("ui.clock-off", { minutes: 180 })).waitFor();
  });

  test("without a connection keeps what was read, and says so", async ({ open }) => {
    const owner = await openPractice();
    await aDay(owner);
    const { page, context, complaints } = await open(owner);
    await nowCard(page, "רות").waitFor();
    complaints.isOffline = true;
    await context.setOffline(true);
    await page.getByText(w("ui.offline")).first().waitFor();
    await nowCard(page, "רות").waitFor();
    await context.setOffline(false);
    await page.getByText(w("ui.offline")).first().waitFor({ state: "detached" });
  });
});

const CLINICAL = /^\/(sessions|plans|sync|conflicts)|timeline|access-history|needs_note|include=[^&]*note/;

describe("an assistant", () => {
  test("gets no clinical request and no clinical code; a therapist does", async ({ open }) => {
    const owner = await openPractice();
    await aDay(owner);
    const files = filesOf(/clinical/);
    expect(files.length).toBeGreaterThan(0);
    const loaded = async (person: Person): Promise<{ files: string[]; asked: string[] }> => {
      const { page, complaints } = await open(person, { statuses: [403] });
      await page.getByRole("navigation", { name: w("ui.main-menu") }).waitFor();
      for (const path of ["/app/calendar", "/app/clients", "/app/more", "/app/"]) {
        await page
          .getByRole("navigation", { name: w("ui.main-menu") })
          .locator(`a[href="${path}"]`)
          .click();
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.waitForLoadState("networkidle");
      }
      const asked = complaints.asked
        .map((one) => one.replace(/^\w+ /, ""))
        .filter((path) => CLINICAL.test(path));
      return {
        files: files.filter((file) => complaints.requests.some(({ url }) => url.endsWith(file))),
        asked,
      };
    };
    expect(await loaded(await join(owner, "assistant"))).toEqual({ files: [], asked: [] });
    const therapist = await loaded(await join(owner, "therapist"));
    expect(therapist.files.length).toBeGreaterThan(0);
    expect(therapist.asked.length).toBeGreaterThan(0);
  });

  test("sees who comes and no note that is missing", async ({ open }) => {
    const owner = await openPractice();
    await aDay(owner);
    const { page } = await open(await join(owner, "assistant"));
    await nowCard(page, "רות").waitFor();
    await page.waitForLoadState("networkidle");
    for (const words of ["today.note-missing", "today.kind.notes", "today.last-note"]) {
      expect(await page.getByText(w(words)).count()).toBe(0);
    }
  });
});
