// Templates and snippets: kept under /app/texts, and written into a note by touch and by keys.
import type { Page } from "playwright-core";
import { violations } from "./support/axe.ts";
import { join, type Made, openPractice, type Person } from "./support/people.ts";
import { aClient, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const MINUTE = 60_000;
const button = (page: Page, key: string) => page.getByRole("button", { name: w(key), exact: true });
const field = (page: Page, name: string) => page.getByLabel(w(`sessions.${name}`), { exact: true });
const isSaved = (page: Page) => page.locator('[data-state="saved"][data-tone="ok"]').waitFor();

async function aNote(): Promise<{ owner: Person; path: string }> {
  const owner = await openPractice();
  const client = await aClient(owner, "רות", "בן־עמי");
  const start = new Date(Date.now() - 20 * MINUTE).toISOString();
  return { owner, path: `/app/notes/${(await book(owner, { client, start })).id}` };
}

const snippet = (owner: Person, name: string, text: string): Promise<Made> =>
  owner.post("/snippets", { name, text });

describe("the texts of a practice", () => {
  test("a template is added, shared, changed, deleted and brought back", async ({ open }) => {
    const owner = await openPractice();
    const colleague = await join(owner, "therapist");
    const { page } = await open(owner, { path: "/app/texts", statuses: [409] });
    await page.getByText(w("texts.no-templates")).waitFor();
    await button(page, "texts.add-template").tap();
    await page.getByLabel(w("texts.template-title")).fill("קבלה");
    await page.getByLabel(w("texts.plan"), { exact: true }).fill("תרגול יומי");
    expect(await violations(page)).toEqual([]);
    await button(page, "ui.save").tap();
    const row = page.getByRole("button", { name: /קבלה/ });
    await row.waitFor();
    expect((await colleague.get<{ total: number }>("/note-templates")).total).toBe(0);
    await row.tap();
    await page.getByLabel(w("texts.share")).check();
    await button(page, "ui.save").tap();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await row.getByText(w("texts.shared")).waitFor();
    expect((await colleague.get<{ total: number }>("/note-templates")).total).toBe(1);
    expect(await violations(page)).toEqual([]);
    await row.tap();
    await button(page, "texts.remove").tap();
    await page.getByText(w("texts.no-templates")).waitFor();
    await button(page, "ui.undo").tap();
    await row.waitFor();
    await button(page, "texts.add-template").tap();
    await page.getByLabel(w("texts.template-title")).fill("קבלה");
    await page.getByLabel(w("texts.share")).check();
    await button(page, "ui.save").tap();
    await page.getByRole("dialog").getByText(w("texts.title-taken")).waitFor();
  });

  test("what cannot be read says so, with a way to ask again", async ({ open }) => {
    const owner = await openPractice();
    const { page } = await open(owner, { path: "/app/more", statuses: [503] });
    let isDown = true;
    await page.route("**/api/v1/note-templates?*", (route) =>
      isDown ? route.fulfill({ status: 503, headers: { "retry-after": "0" } }) : route.continue(),
    );
    await page.getByRole("link", { name: w("texts.manage") }).tap();
    const again = button(page, "ui.try-again");
    await again.waitFor();
    isDown = false;
    await again.tap();
    await page.getByText(w("texts.no-templates")).waitFor();
  });

  test("assistants have none of it", async ({ open }) => {
    const owner = await openPractice();
    const assistant = await join(owner, "assistant");
    const { page, complaints } = await open(assistant, { path: "/app/more" });
    await page.getByRole("heading", { level: 1, name: w("accounts.more") }).waitFor();
    expect(await page.getByRole("link", { name: w("texts.manage") }).count()).toBe(0);
    await page.goto("/app/texts");
    await page.getByText(w("ui.not-here")).waitFor();
    expect(complaints.asked.filter((asked) => /template|snippet/.test(asked))).toEqual([]);
  });
});

describe("in a note", () => {
  test("a template fills what is empty, follows what is there, and is taken back whole", async ({ open }) => {
    const { owner, path } = await aNote();
    await owner.post("/note-templates", { title: "מעקב", subjective: "מאז הפעם הקודמת:", plan: "להמשיך" });
    const { page } = await open(owner, { path });
    await field(page, "subjective").fill("כאב בברך");
    await button(page, "texts.insert").tap();
    await page.getByRole("button", { name: /מעקב/ }).tap();
    await page.waitForFunction(() => document.querySelectorAll("textarea")[3]?.value === "להמשיך");
    expect(await field(page, "subjective").inputValue()).toBe("כאב בברך\nמאז הפעם הקודמת:");
    await isSaved(page);
    await field(page, "plan").press("End");
    await page.keyboard.type(" לתרגל");
    await button(page, "ui.undo").tap();
    await page.waitForFunction(() => document.querySelectorAll("textarea")[3]?.value === " לתרגל");
    expect(await field(page, "subjective").inputValue()).toBe("כאב בברך");
    await isSaved(page);
    const notes = await owner.get<{ items: { subjective: string; plan: string }[] }>(
      "/sessions?include=text",
    );
    expect(notes.items[0]).toMatchObject({ subjective: "כאב בברך", plan: " לתרגל" });
  });

  test("a snippet takes the place of its name, by keys", async ({ open }) => {
    const { owner, path } = await aNote();
    await snippet(owner, "טווח", "טווח תנועה מלא, ללא כאב");
    await snippet(owner, "טוב", "מרגיש טוב");
    const { page, complaints } = await open(owner, { path, width: 1280, height: 800 });
    await field(page, "objective").click();
    await page.keyboard.type("כתף ימין; ");
    expect(complaints.asked.filter((asked) => asked.includes("snippets"))).toEqual([]);
    await page.keyboard.type(";טו");
    const list = page.getByRole("listbox");
    await list.getByRole("option").nth(1).waitFor();
    expect(await list.getByRole("option").allTextContents()).toEqual([
      "טובמרגיש טוב",
      "טווחטווח תנועה מלא, ללא כאב",
    ]);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("ArrowDown");
    const chosen = await field(page, "objective").getAttribute("aria-activedescendant");
    await page.locator(`[id="${chosen}"][aria-selected="true"]`).waitFor();
    await page.keyboard.press("Enter");
    await list.waitFor({ state: "detached" });
    expect(await field(page, "objective").inputValue()).toBe("כתף ימין; טווח תנועה מלא, ללא כאב");
    await page.keyboard.type(" ;טו");
    await list.waitFor();
    await page.keyboard.press("Escape");
    await list.waitFor({ state: "detached" });
    await page.keyboard.type("ב");
    await page.keyboard.press("Enter");
    expect(await list.count()).toBe(0);
    expect(await field(page, "objective").inputValue()).toBe("כתף ימין; טווח תנועה מלא, ללא כאב ;טוב\n");
    await page.keyboard.press("Control+z");
    await isSaved(page);
  });

  test("a snippet takes the place of its name, by touch", async ({ open }) => {
    const { owner, path } = await aNote();
    await snippet(owner, "rom", "Full range of motion");
    const { page } = await open(owner, { path });
    await field(page, "plan").tap();
    await page.keyboard.type("היום ;r");
    const option = page.getByRole("option", { name: /rom/ });
    await option.waitFor();
    const [box, area] = [await option.boundingBox(), await field(page, "plan").boundingBox()];
    expect(box && box.x >= 0 && box.x + box.width <= 390).toBe(true);
    expect(Math.abs((box?.y ?? 0) - (area?.y ?? 0))).toBeLessThan(200);
    await option.tap();
    expect(await field(page, "plan").inputValue()).toBe("היום Full range of motion");
    await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    await isSaved(page);
  });

  test("neither the words nor what is offered for them lie under a phone's menu", async ({ open }) => {
    const { owner, path } = await aNote();
    await snippet(owner, "rom", "Full range of motion");
    const { page } = await open(owner, { path });
    await field(page, "subjective").tap();
    for (let lines = 0; lines < 25; lines++) await page.keyboard.type("שורה\n");
    const bottom = (box: { y: number; height: number } | null): number =>
      box ? box.y + box.height : Number.NaN;
    const menu = await page.getByRole("navigation", { name: w("ui.main-menu") }).boundingBox();
    const inside = await field(page, "subjective").evaluate(
      (area) => Number.parseFloat(getComputedStyle(area).paddingBottom) + area.clientTop,
    );
    const lastLine = bottom(await field(page, "subjective").boundingBox()) - inside;
    expect(lastLine).toBeLessThanOrEqual(menu?.y ?? 0);
    await page.keyboard.type(";r");
    await page.getByRole("option", { name: /rom/ }).waitFor();
    expect(bottom(await page.getByRole("listbox").boundingBox())).toBeLessThanOrEqual(menu?.y ?? 0);
    await isSaved(page);
  });
});
