// Somebody's own device: what the tests of it do again and again.
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { addAuthenticator } from "./factors.ts";
import type { Line } from "./line.ts";
import { type Made, openPractice, type Person } from "./people.ts";
import { aClient, type Booked, book } from "./stock.ts";
import type { Opened, Opening } from "./window.ts";
import { wordsIn } from "./words.ts";

const w = wordsIn("he");
type Open = (person: Person | null, opening?: Opening) => Promise<Opened>;

/** What is there before the device is: it takes along what it finds. */
type Prepare = (owner: Person, client: Made) => Promise<unknown>;

export interface Own extends Opened {
  owner: Person;
  client: Made;
  hour: Made & Booked;
}

export const isIn = (page: Page): Promise<void> =>
  page.getByRole("navigation", { name: w("ui.main-menu") }).waitFor();
export const isLocked = (page: Page): Promise<void> =>
  page.getByRole("heading", { name: w("welcome.locked") }).waitFor();
export const isOut = (page: Page): Promise<void> =>
  page.getByRole("heading", { name: w("welcome.sign-in"), exact: true }).waitFor();

export const press = (page: Page, key: string): Promise<void> =>
  page
    .getByRole("button", { name: w(key), exact: true })
    .first()
    .click();

/** "Yes, it is mine." */
export async function makeOwn(page: Page): Promise<void> {
  await press(page, "welcome.own-yes");
  await page.getByRole("heading", { name: w("welcome.own-ready") }).waitFor();
}

/** A passkey of this browser, made before the app is opened. */
export async function makePasskey(page: Page): Promise<void> {
  await page.goto("/second-factor");
  await page.getByRole("main").getByRole("button").first().click();
  await page.getByRole("main").locator(".codes").waitFor();
  await page.goto("/app/");
  await isIn(page);
}

export const vaults = (page: Page): Promise<string[]> =>
  page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ""));

/** Somebody at their own device, with a passkey that opens it, and an hour that is running. */
export async function atOwn(open: Open, line: Line, prepare?: Prepare): Promise<Own> {
  const owner = await openPractice();
  const client = await aClient(owner, "רות", "בן־עמי");
  const hour = await book(owner, { client, start: new Date(Date.now() - 20 * 60_000).toISOString() });
  await prepare?.(owner, client);
  const opened = await open(owner, {
    device: "ask",
    browser: line.browser,
    worker: true,
    statuses: [401, 403, 404, 410],
    path: "/app/more",
  });
  const { page } = opened;
  await addAuthenticator(page);
  await makePasskey(page);
  await makeOwn(page);
  await press(page, "factors.use-passkey");
  await page.getByText(w("welcome.opens-by-passkey")).waitFor();
  await press(page, "welcome.own-done");
  await hasShell(page);
  return { ...opened, owner, client, hour };
}

/** Nobody answers any more. */
export async function cut({ complaints }: Pick<Opened, "complaints">, line: Line): Promise<void> {
  complaints.isOffline = true;
  await line.cut();
}

export const field = (page: Page, name = "subjective") =>
  page.getByLabel(w(`sessions.${name}`), { exact: true });

export const stands = (page: Page, state: string): Promise<void> =>
  page.locator(`[data-state="${state}"]`).first().waitFor();

/** Words that only this device has. */
export async function typeOffline(own: Own, line: Line, words: string): Promise<void> {
  await own.page.goto(`/app/notes/${own.hour.id}`);
  await field(own.page).waitFor();
  await cut(own, line);
  await field(own.page).fill(words);
  await stands(own.page, "on-device");
}

/** What the server has, once it has something. */
export async function arrives(owner: Person, words: string): Promise<void> {
  const read = async (): Promise<string> => JSON.stringify(await owner.get("/sessions?include=text"));
  await expect.poll(read, { timeout: 15_000 }).toContain(words);
}

/** The same, as the page's own sign-in sees it. */
export async function arrivesFor(page: Page, words: string): Promise<void> {
  const read = (): Promise<string> =>
    page.evaluate(async () => await (await fetch("/api/v1/sessions?include=text")).text());
  await expect.poll(read, { timeout: 15_000 }).toContain(words);
}

export const signInByPasskey = (page: Page): Promise<void> => press(page, "welcome.with-passkey");

/** The browser has the whole shell, so that the app starts without the server. */
export const hasShell = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active?.state !== "activated") await new Promise((resolve) => setTimeout(resolve, 50));
  });
