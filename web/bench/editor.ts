import { createServer, type Server } from "node:http";
import type { Page } from "playwright-core";
import { openPractice, type Person } from "../e2e/support/people.ts";
import { aClient, book } from "../e2e/support/stock.ts";
import { open } from "../e2e/support/window.ts";
import { loadNow, note, quantile, tell } from "./report.ts";
import { throttle } from "./throttle.ts";

const FIELDS = ["subjective", "objective", "assessment", "plan"] as const;
const LENGTH = 20_000;
const KEYS = 100; // in each field
const ROUNDS = 3;
const PAUSE = 60;
const SHORTEST = 16; // milliseconds: what takes less is not told of

/** Paragraphs as they are written: Hebrew with English words in it, up to the last hundred characters. */
const text = "כאב בברך הימנית אחרי ריצה, quadriceps חלש, ROM מלא.\n"
  .repeat(LENGTH)
  .slice(0, LENGTH - KEYS - 1);

/** Type into each text area and hear how long the browser says each key took until it was painted. */
async function typed(page: Page): Promise<number[]> {
  await page.locator("textarea").nth(3).waitFor();
  await throttle(page, { cpu: 4, network: false });
  await page.evaluate((shortest) => {
    const took = new Map<number, number>();
    type Timed = PerformanceEntry & { interactionId: number };
    new PerformanceObserver((list) => {
      for (const { interactionId, duration } of list.getEntries() as Timed[])
        if (interactionId) took.set(interactionId, Math.max(took.get(interactionId) ?? 0, duration));
    }).observe({ type: "event", durationThreshold: shortest } as PerformanceObserverInit);
    Object.assign(window, { took });
  }, SHORTEST);
  for (let at = 0; at < FIELDS.length; at += 1) {
    await page
      .locator("textarea")
      .nth(at)
      .evaluate((area: HTMLTextAreaElement) => {
        area.focus();
        area.setSelectionRange(area.value.length / 2, area.value.length / 2);
      });
    for (let key = 0; key < KEYS; key += 1) {
      await page.keyboard.press(key % 6 === 5 ? "Space" : "a");
      await page.waitForTimeout(PAUSE);
    }
  }
  await page.waitForTimeout(1000);
  const found = await page.evaluate(() => [
    ...(window as unknown as { took: Map<number, number> }).took.values(),
  ]);
  const all = FIELDS.length * KEYS;
  return [...Array.from({ length: Math.max(0, all - found.length) }, () => SHORTEST / 2), ...found];
}

async function ours(owner: Person, path: string): Promise<number[]> {
  const { page, context } = await open(owner, { path, width: 390 });
  const found = await typed(page);
  await context.close();
  return found;
}

async function bare(url: string): Promise<number[]> {
  const { page, context } = await open(null, { path: url, width: 390 });
  const found = await typed(page);
  await context.close();
  return found;
}

/** B6: a key in the longest note there can be, beside text areas and nothing else. */
export async function editor(): Promise<void> {
  const server = await serve();
  const address = server.address();
  const url = `http://localhost:${typeof address === "object" && address ? address.port : 0}/`;
  const [own, plain]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const owner = await openPractice();
    const client = await aClient(owner);
    const hour = await book(owner, { client, start: new Date(Date.now() - 1_200_000).toISOString() });
    const texts = Object.fromEntries(FIELDS.map((field) => [field, text]));
    await owner.post("/sessions", { appointment_id: hour.id, ...texts });
    own.push(...(await ours(owner, `/app/notes/${hour.id}`)));
    plain.push(...(await bare(url)));
  }
  server.close();
  tell({
    id: "B6",
    what: "a key in 4 × 20,000 characters until painted, p98, CPU 4×",
    value: quantile(own, 0.98),
    unit: "ms",
    goal: 100,
    beside: `bare text areas ${quantile(plain, 0.98)}; medians ${quantile(own, 0.5)} and ${quantile(plain, 0.5)}`,
  });
  note(`${own.length} keys each, ${ROUNDS} rounds in turn; ${loadNow()}`);
}

function serve(): Promise<Server> {
  const area = `<textarea dir="auto" rows="10" style="inline-size: 100%; font-size: 18px">${text}</textarea>`;
  const html = `<!doctype html><html lang="he" dir="rtl"><meta name="viewport" content="width=device-width"><body>${area.repeat(4)}`;
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(html);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
