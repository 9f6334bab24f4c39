// Every screen in each of its states, language, theme and width, looked at by axe-core.
import type { Page } from "playwright-core";
import { violations } from "./support/axe.ts";
import { addApp } from "./support/factors.ts";
import { openPractice, type Person } from "./support/people.ts";
import { aClient, book } from "./support/stock.ts";
import { expect, type Opening, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

type Words = ReturnType<typeof wordsIn>;

interface Look {
  name: string;
  path: string;
  /** Whose window it is; nobody's if left out. */
  person?: () => Promise<Person>;
  statuses?: readonly number[];
  /** Requests that are answered by 500. */
  refused?: string;
  /** Bring the page into the state; it is there once this is through. */
  reach: (page: Page, w: Words) => Promise<unknown>;
}

const heading = (key: string) => (page: Page, w: Words) =>
  page.getByRole("heading", { level: 1, name: w(key), exact: true }).waitFor();

let stocked: Promise<Person> | undefined;
/** A practice with a day, a week and clients to look at. */
function full(): Promise<Person> {
  stocked ??= openPractice().then(async (owner) => {
    const ruth = await aClient(owner, "רות", "בן־עמי", { phone: "050-555-0101", tags: ["ילדים", "כתף"] });
    const daniel = await aClient(owner, "Daniel", "O'Neill", { email: "daniel@example.org" });
    const hours = [-120, -20, 40, 100, 24 * 60, 25 * 60];
    const people = [ruth, daniel];
    for (const [at, minutes] of hours.entries()) {
      const start = new Date(Date.now() + minutes * 60_000).toISOString();
      await book(owner, {
        client: people[at % 2] ?? ruth,
        start,
        more: {
          service_name: at % 2 ? "Physiotherapy" : "פיזיותרפיה",
          location_type: at % 3 ? "clinic" : "online",
        },
      });
    }
    return owner;
  });
  return stocked;
}

interface Noted {
  owner: Person;
  empty: string;
  draft: string;
  final: string;
}

let noted: Promise<Noted> | undefined;
/** Notes in each state, one before another, with a plan beside them. */
function withNotes(): Promise<Noted> {
  noted ??= openPractice().then(async (owner) => {
    const ruth = await aClient(owner, "רות", "בן־עמי");
    const at = async (minutes: number): Promise<string> =>
      (await book(owner, { client: ruth, start: new Date(Date.now() + minutes * 60_000).toISOString() })).id;
    const [final, draft, empty] = [await at(-1440), await at(-120), await at(-20)];
    const texts = { subjective: "כאב בברך\nDenies locking.", plan: "תרגול יומי" };
    const { id } = await owner.post("/sessions", { appointment_id: final, ...texts });
    await owner.ask("PATCH", `/sessions/${id}/finalize`);
    await owner.post(`/sessions/${id}/amendments`, { reason: "נשכח", plan: "MRI" });
    await owner.post("/sessions", { appointment_id: draft, ...texts, objective: "🙂".repeat(19_990) });
    const plan = await owner.post("/plans", {
      client_id: ruth.id,
      title: "Running",
      start_date: "2026-01-01",
    });
    await owner.post(`/plans/${plan.id}/milestones`, { description: "לרוץ חמש דקות" });
    return { owner, empty, draft, final };
  });
  return noted;
}

type State = Exclude<keyof Noted, "owner">;
const noteLook = (name: string, state: State, reach: Look["reach"]): Look => ({
  name,
  path: "/app/more",
  person: async () => (await withNotes()).owner,
  reach: async (page, w) => {
    await page.goto(`/app/notes/${(await withNotes())[state]}`);
    await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).waitFor();
    await reach(page, w);
    await page.waitForLoadState("networkidle");
  },
});

const NOTES: Look[] = [
  noteLook("a note, empty", "empty", (page) => page.locator("textarea").last().waitFor()),
  noteLook("a note, nearly full", "draft", async (page, w) => {
    await page.getByText(w("sessions.left", { count: 10 })).waitFor();
    const closed = page.locator("details:not([open]) > summary");
    while ((await closed.count()) > 0) await closed.first().click();
    await page.getByRole("checkbox").waitFor();
  }),
  noteLook("a note, final", "final", (page) => page.getByText("MRI").waitFor()),
  noteLook("a note, about to be final", "draft", async (page, w) => {
    await page.getByRole("button", { name: w("sessions.finalize"), exact: true }).click();
    await page.getByRole("dialog").getByText("Denies locking.").waitFor();
  }),
  noteLook("a note, added to", "final", async (page, w) => {
    await page.getByRole("button", { name: w("amendments.add") }).click();
    await page.getByLabel(w("amendments.reason")).waitFor();
  }),
  {
    name: "a note without an appointment",
    path: "/app/notes/unfiled/new",
    person: async () => (await withNotes()).owner,
    reach: async (page, w) => {
      await page.getByRole("button", { name: w("notepage.choose") }).click();
      await page.getByRole("dialog").getByText("רות בן־עמי").first().waitFor();
    },
  },
];

const LOOKS: Look[] = [
  ...NOTES,
  { name: "sign-in", path: "/app/", reach: heading("welcome.sign-in") },
  { name: "sign-up", path: "/app/sign-up", reach: heading("welcome.new-practice") },
  {
    name: "a link was sent",
    path: "/app/",
    reach: async (page, w) => {
      await page.getByLabel(w("welcome.email"), { exact: true }).fill("nobody@example.org");
      await page.getByRole("button", { name: w("welcome.send-link") }).click();
      await heading("welcome.sent")(page, w);
    },
  },
  {
    name: "locked",
    path: "/app/",
    statuses: [403],
    person: async () => {
      const owner = await openPractice();
      await addApp(owner);
      await owner.ask("POST", "/auth/lock");
      return owner;
    },
    reach: heading("welcome.locked"),
  },
  { name: "texts, empty", path: "/app/texts", person: openPractice, reach: heading("texts.title") },
  { name: "more", path: "/app/more", person: openPractice, reach: heading("accounts.more") },
  { name: "devices", path: "/app/devices", person: openPractice, reach: heading("welcome.devices") },
  {
    name: "Today, full",
    path: "/app/",
    person: full,
    reach: (page, w) => page.getByRole("heading", { name: w("today.kind.notes") }).waitFor(),
  },
  {
    name: "Today, on the first day",
    path: "/app/",
    person: openPractice,
    reach: (page, w) => page.getByRole("heading", { name: w("today.whom") }).waitFor(),
  },
  {
    name: "Today, refused",
    path: "/app/",
    person: openPractice,
    statuses: [500],
    refused: "**/api/v1/appointments**",
    reach: (page, w) => page.getByText(w("problem.unexpected")).first().waitFor(),
  },
  ...(["day", "days", "week", "month"] as const).map((view) => ({
    name: `calendar, ${view}`,
    path: `/app/calendar?view=${view}`,
    person: full,
    reach: (page: Page) => page.locator("main [data-id], main [aria-current=date]").first().waitFor(),
  })),
  {
    name: "calendar, empty",
    path: "/app/calendar?view=week&day=2031-01-05",
    person: full,
    reach: (page, w) => page.getByText(w("calendar.empty-week")).waitFor(),
  },
  {
    name: "calendar, an appointment is open",
    path: "/app/calendar?view=week",
    person: full,
    reach: async (page) => {
      await page.locator("[data-id]").first().click();
      await page.getByRole("dialog").getByRole("button").last().waitFor();
      await page.waitForLoadState("networkidle");
    },
  },
  {
    name: "calendar, somebody is booked",
    path: "/app/calendar?view=day&day=2031-01-05",
    person: full,
    reach: async (page, w) => {
      await page.getByText(w("calendar.empty-day")).waitFor();
      await page
        .getByRole("button", { name: w("calendar.book-short") })
        .or(page.getByRole("button", { name: w("calendar.book") }))
        .or(page.getByRole("button", { name: w("calendar.book-one") }))
        .first()
        .click();
      await page.getByRole("dialog").getByRole("combobox").waitFor();
    },
  },
  {
    name: "clients",
    path: "/app/clients",
    person: full,
    reach: (page, w) =>
      page
        .getByRole("list", { name: w("clients.title") })
        .getByRole("link")
        .first()
        .waitFor(),
  },
  {
    name: "a client's page",
    path: "/app/clients",
    person: full,
    reach: async (page, w) => {
      await page
        .getByRole("list", { name: w("clients.title") })
        .getByRole("link")
        .first()
        .click();
      await page.getByRole("heading", { name: w("timeline.title") }).waitFor();
      await page.waitForLoadState("networkidle");
    },
  },
  {
    name: "a client who is not here",
    path: "/app/clients/01900000-0000-7000-8000-000000000000",
    person: full,
    statuses: [404],
    reach: (page, w) => page.getByText(w("clientpage.not-here")).waitFor(),
  },
  {
    name: "clients, nobody yet",
    path: "/app/clients",
    person: openPractice,
    reach: (page, w) => page.getByText(w("clients.nobody-yet")).waitFor(),
  },
  {
    name: "clients, one is added",
    path: "/app/clients",
    person: full,
    reach: async (page, w) => {
      await page.getByRole("button", { name: w("clients.add") }).click();
      await page.getByRole("dialog").getByLabel(w("clients.first-name")).waitFor();
    },
  },
  {
    name: "clients, refused",
    path: "/app/clients",
    person: openPractice,
    statuses: [500],
    refused: "**/api/v1/clients/index",
    reach: (page, w) => page.getByText(w("problem.unexpected")).waitFor(),
  },
];

const LOOKED_AT = (["he", "en"] as const).flatMap((language) =>
  (["light", "dark"] as const).map((theme) => ({ language, theme })),
);

test.for(LOOKS.flatMap((look) => LOOKED_AT.map((seen) => ({ ...look, ...seen }))))(
  "$name: $language, $theme",
  async ({ path, person, reach, refused, statuses, language, theme }, { open }) => {
    const opening: Opening = { path, language, theme, width: 320, ...(statuses && { statuses }) };
    const { page } = await open(person ? await person() : null, opening);
    if (refused) await page.route(refused, (route) => route.fulfill({ status: 500 }));
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(path);
      await reach(page, wordsIn(language));
      expect(await violations(page), `${width} wide`).toEqual([]);
      const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(isTooWide, `scrolls sideways at ${width}`).toBe(false);
    }
  },
);
