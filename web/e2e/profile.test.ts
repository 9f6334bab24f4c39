// What lies in the browser's own folder once somebody has signed out and the browser is closed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openPractice } from "./support/people.ts";
import { filesWith, openProfile } from "./support/profile.ts";
import { aClient, book } from "./support/stock.ts";
import { expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const NAME = "צפרדעונית";
const NOTE = "קרסוליים";

/** Look at everything there is to see of a client, and type their name where one can. */
async function aMorning(page: Page, id: string): Promise<void> {
  await page.goto("/app/");
  await page.getByText(NAME).first().waitFor();
  await page.goto("/app/calendar?view=week");
  await page.getByText(NAME).first().waitFor();
  await page.goto("/app/clients");
  await page.getByText(NAME).first().waitFor();
  await page.getByRole("searchbox").fill(NAME);
  await page.goto(`/app/clients/${id}`);
  await page.getByRole("heading", { name: NAME }).waitFor();
  await page.getByRole("button", { name: w("clientpage.edit") }).click();
  await page.getByRole("dialog").getByLabel(w("clients.notes")).waitFor();
  await page.keyboard.press("Escape");
}

test("after a sign-out a client is nowhere in the browser's folder", { timeout: 120_000 }, async () => {
  const owner = await openPractice();
  const client = await aClient(owner, NAME, "זברה", { notes: NOTE });
  await book(owner, { client, start: new Date(Date.now() + 3_600_000).toISOString() });
  const folder = mkdtempSync(join(tmpdir(), "pazpaz-profile-"));
  try {
    const context = await openProfile(folder, owner);
    const page = await context.newPage();
    await aMorning(page, client.id);
    await page.goto("/app/more");
    await page.getByRole("button", { name: w("accounts.sign-out") }).click();
    await page.getByRole("heading", { name: w("welcome.sign-in"), exact: true }).waitFor();
    await context.close();
    expect(filesWith(folder, NAME)).toEqual([]);
    expect(filesWith(folder, NOTE)).toEqual([]);
    // Both are looked for where they would be: this window is written down.
    expect(filesWith(folder, "/app/calendar?view=week")).not.toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
