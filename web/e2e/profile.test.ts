// What lies in the browser's own folder once somebody has signed out and the browser is closed.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumPath, QUIET } from "./support/chromium.ts";
import { openPractice, type Person } from "./support/people.ts";
import { place } from "./support/place.ts";
import { aClient, book } from "./support/stock.ts";
import { expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const NAME = "צפרדעונית";
const NOTE = "קרסוליים";

async function openIn(folder: string, person: Person | null): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath() ?? "",
    args: ["--no-sandbox", "--disable-gpu", ...QUIET],
    baseURL: place.base,
    locale: "he-IL",
  });
  const cookies = [...(person?.cookies ?? [])];
  await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: place.base })));
  return context;
}

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

const DECODERS = [gunzipSync, inflateSync, brotliDecompressSync, zstdDecompressSync];

/** The text in both of the ways a browser writes it down, also inside what it compressed. */
function holds(bytes: Buffer, text: string): boolean {
  if (["utf8", "utf16le"].some((coding) => bytes.includes(Buffer.from(text, coding as BufferEncoding))))
    return true;
  return DECODERS.some((decode) => {
    try {
      return decode(bytes).includes(Buffer.from(text));
    } catch {
      return false;
    }
  });
}

const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => holds(readFileSync(path), text));

test("after a sign-out a client is nowhere in the browser's folder", { timeout: 120_000 }, async () => {
  const owner = await openPractice();
  const client = await aClient(owner, NAME, "זברה", { notes: NOTE });
  await book(owner, { client, start: new Date(Date.now() + 3_600_000).toISOString() });
  const folder = mkdtempSync(join(tmpdir(), "pazpaz-profile-"));
  try {
    const context = await openIn(folder, owner);
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
