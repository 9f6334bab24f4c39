import type { Page } from "playwright-core";
import { addAuthenticator } from "../e2e/support/factors.ts";
import { Line } from "../e2e/support/line.ts";
import { hasShell, isLocked, makeOwn, makePasskey, press } from "../e2e/support/own.ts";
import { open } from "../e2e/support/window.ts";
import { wordsIn } from "../e2e/support/words.ts";
import { ordinaryDay } from "./practice.ts";
import { loadNow, median, note, tell } from "./report.ts";
import { throttle } from "./throttle.ts";

const w = wordsIn("he");
const ROUNDS = 9;
const NEXT = `section[aria-label="${w("today.now-and-next")}"] h2, section[aria-label="${w("today.now-and-next")}"] h3`;

/** Milliseconds since the page was asked for, once whom one sees next is on the screen. */
const shownAt = async (page: Page): Promise<number> => {
  const seen = await page.waitForFunction(
    (selector) => document.querySelector(selector) && performance.now(),
    NEXT,
    { polling: "raf", timeout: 60_000 },
  );
  return Number(await seen.jsonValue());
};

/** B4: Today without a server, on one's own device. B5: from the lock screen back to the agenda, by a passkey. */
export async function offline(): Promise<void> {
  const owner = await ordinaryDay();
  const line = await Line.lay();
  try {
    const { page } = await open(owner, {
      worker: true,
      device: "ask",
      browser: line.browser,
      statuses: [403],
    });
    await addAuthenticator(page);
    await makePasskey(page);
    await makeOwn(page);
    await press(page, "factors.use-passkey");
    await page.getByText(w("welcome.opens-by-passkey")).waitFor();
    await press(page, "welcome.own-done");
    await hasShell(page);
    await page.reload(); // what the day needs is fetched once more, and lies here
    await shownAt(page);
    await page.waitForLoadState("networkidle");
    await throttle(page, { cpu: 4, network: false });
    const unlocked: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) unlocked.push(await unlock(page));
    await line.cut();
    const started: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await page.reload({ waitUntil: "commit" });
      started.push(await shownAt(page));
    }
    tell({
      id: "B4",
      what: "Today without a server, next appointment shown, CPU 4×",
      value: Math.round(median(started)),
      unit: "ms",
      goal: 1000,
      beside: `${Math.round(Math.min(...started))} to ${Math.round(Math.max(...started))}`,
    });
    tell({
      id: "B5",
      what: "unlock by a passkey (PRF) until the agenda, CPU 4×",
      value: Math.round(median(unlocked)),
      unit: "ms",
      goal: 1200,
      beside: `${Math.round(Math.min(...unlocked))} to ${Math.round(Math.max(...unlocked))}`,
    });
    note(`medians of ${ROUNDS}; ${loadNow()}`);
  } finally {
    await line.end();
  }
}

async function unlock(page: Page): Promise<number> {
  await press(page, "ui.lock");
  await isLocked(page);
  const button = page.getByRole("button", { name: w("factors.use-passkey"), exact: true });
  await button.waitFor();
  const from = await page.evaluate(() => performance.now());
  await button.click();
  return (await shownAt(page)) - from;
}
