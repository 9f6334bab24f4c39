// Somebody's own device: what the tests of it do again and again.
import type { Page } from "playwright-core";
import { wordsIn } from "./words.ts";

const w = wordsIn("he");

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

/** The browser has the whole shell, so that the app starts without the server. */
export const hasShell = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active?.state !== "activated") await new Promise((resolve) => setTimeout(resolve, 50));
  });
