import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { join, type Made, openPractice, type Person } from "./support/people.ts";
import { aClient, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const DAY = 24 * 3_600_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString();

async function ruthOf(owner: Person): Promise<Made> {
  const ruth = await aClient(owner, "רות", "בן־עמי", { phone: "050-555-0101", email: "ruth@example.org" });
  const past = await book(owner, { client: ruth, start: inDays(-7) });
  await owner.post("/sessions", {
    appointment_id: past.id,
    assessment: "שיפור הדרגתי",
    plan: "להמשיך בתרגול",
  });
  await book(owner, { client: ruth, start: inDays(3) });
  return ruth;
}

const head = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor();

describe("a client's page", () => {
  test.for(["he", "en"] as const)(
    "says who it is, what comes next and what was: %s",
    async (language, { open }) => {
      const words = wordsIn(language);
      const owner = await openPractice({ language });
      const ruth = await ruthOf(owner);
      const { page } = await open(owner, { language, path: `/app/clients/${ruth.id}` });
      await head(page, "רות בן־עמי");
      expect(await page.getByRole("link", { name: "050-555-0101" }).getAttribute("href")).toBe(
        "tel:0505550101",
      );
      await page.getByText(words("clientpage.next"), { exact: true }).waitFor();
      await page.getByRole("heading", { name: words("timeline.title") }).waitFor();
      await page.getByText("שיפור הדרגתי").first().waitFor();
      expect(await page.title()).not.toContain("רות");
    },
  );

  test.for(["he", "en"] as const)("hands the record over as a file: %s", async (language, { open }) => {
    const words = wordsIn(language);
    const owner = await openPractice({ language });
    const ruth = await ruthOf(owner);
    const { page } = await open(owner, { language, path: `/app/clients/${ruth.id}` });
    await page.getByRole("button", { name: words("papers.hand-over"), exact: true }).click();
    await page.getByRole("dialog").getByText(words("papers.what")).waitFor();
    const handed = page.waitForEvent("download");
    await page.getByRole("button", { name: words("papers.make"), exact: true }).click();
    const file = await handed;
    expect(file.suggestedFilename()).toBe("record.pdf");
    expect((await readFile(await file.path())).subarray(0, 5).toString()).toBe("%PDF-");
    await page.getByText(words("papers.saved")).waitFor();
  });

  test("is changed by its sheet; what two tabs changed is shown to the second", async ({ open }) => {
    const owner = await openPractice();
    const ruth = await aClient(owner);
    const { page, context } = await open(owner, { path: `/app/clients/${ruth.id}`, statuses: [412] });
    await page.getByRole("button", { name: w("clientpage.edit"), exact: true }).click();
    const other = await context.newPage();
    await other.goto(`/app/clients/${ruth.id}`);
    await other.getByRole("button", { name: w("clientpage.edit"), exact: true }).click();
    const save = async (tab: Page, name: string): Promise<void> => {
      await tab.getByRole("dialog").getByLabel(w("clients.first-name")).fill(name);
      await tab
        .getByRole("dialog")
        .getByRole("button", { name: w("ui.save"), exact: true })
        .click();
    };
    await save(other, "תמר");
    await head(other, "תמר לוי");
    await save(page, "נועה");
    const sheet = page.getByRole("dialog");
    await sheet.getByText(w("clients.contested")).waitFor();
    expect(await sheet.getByLabel(w("clients.first-name")).inputValue()).toBe("נועה");
    await sheet.getByText(w("clients.elsewhere", { text: "תמר" })).waitFor();
    expect((await owner.get<Made>(`/clients/${ruth.id}`)).first_name).toBe("תמר");
    await sheet.getByRole("button", { name: w("ui.save"), exact: true }).click();
    await head(page, "נועה לוי");
    expect((await owner.get<Made>(`/clients/${ruth.id}`)).first_name).toBe("נועה");
  });

  test("is archived, and comes back by the undo and from their page", async ({ open }) => {
    const owner = await openPractice();
    const ruth = await aClient(owner);
    const { page } = await open(owner, { path: `/app/clients/${ruth.id}` });
    const archived = async (): Promise<unknown> => (await owner.get<Made>(`/clients/${ruth.id}`)).archived_at;
    const archive = page.getByRole("button", { name: w("clients.archive"), exact: true });
    await archive.click();
    await page.getByText(w("clients.archived-now", { name: "רות לוי" })).waitFor();
    expect(await archived()).not.toBeNull();
    await page.getByRole("button", { name: w("ui.undo"), exact: true }).click();
    await archive.click();
    await page.getByRole("button", { name: w("clients.restore"), exact: true }).click();
    await archive.waitFor();
    expect(await archived()).toBeNull();
  });

  test("with appointments to come is archived only if they are cancelled with it", async ({ open }) => {
    const owner = await openPractice();
    const ruth = await aClient(owner);
    const start = Date.now() + 3 * 86_400_000;
    const coming = await owner.post<Made>("/appointments", {
      client_id: ruth.id,
      scheduled_start: new Date(start).toISOString(),
      scheduled_end: new Date(start + 3_000_000).toISOString(),
    });
    const { page } = await open(owner, { path: `/app/clients/${ruth.id}`, statuses: [409] });
    const archive = page.getByRole("button", { name: w("clients.archive"), exact: true });
    await archive.click();
    await page.getByText(w("clients.to-come", { count: 1 })).waitFor();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: w("ui.cancel"), exact: true })
      .click();
    expect((await owner.get<Made>(`/clients/${ruth.id}`)).archived_at).toBeNull();
    await archive.click();
    await page.getByRole("button", { name: w("clients.cancel-and-archive") }).click();
    await page.getByRole("button", { name: w("clients.restore"), exact: true }).waitFor();
    expect((await owner.get<Made>(`/clients/${ruth.id}`)).archived_at).not.toBeNull();
    expect((await owner.get<Made>(`/appointments/${coming.id}`)).status).toBe("cancelled");
  });

  test("of another practice is the same as of nobody", async ({ open }) => {
    const foreign = await aClient(await openPractice());
    const { page } = await open(await openPractice(), {
      path: `/app/clients/${foreign.id}`,
      statuses: [404],
    });
    await page.getByText(w("clientpage.not-here")).waitFor();
    await page.goto("/app/clients/01900000-0000-7000-8000-000000000000");
    await page.getByText(w("clientpage.not-here")).waitFor();
  });

  test("shows an assistant no clinical word, and asks for none", async ({ open }) => {
    const owner = await openPractice();
    const ruth = await ruthOf(owner);
    const { page, complaints } = await open(await join(owner, "assistant"), {
      path: `/app/clients/${ruth.id}`,
    });
    await head(page, "רות בן־עמי");
    await page.getByRole("heading", { name: w("clientpage.past") }).waitFor();
    await page.waitForLoadState("networkidle");
    expect(await page.content()).not.toContain("שיפור הדרגתי");
    expect(complaints.asked.filter((one) => /sessions|plans|timeline|access-history/.test(one))).toEqual([]);
    expect(
      complaints.requests.filter(({ url }) => /clinical|Timeline|WhoLooked|Strip|History/.test(url)),
    ).toEqual([]);
  });
});
