import type { Page } from "playwright-core";
import { openPractice } from "../e2e/support/people.ts";
import { manyClients } from "../e2e/support/stock.ts";
import { open } from "../e2e/support/window.ts";
import { wordsIn } from "../e2e/support/words.ts";
import { loadNow, median, tell } from "./report.ts";
import { throttle } from "./throttle.ts";

const w = wordsIn("he");
const MANY = 10_000;
const ROUNDS = 9;

/** Milliseconds from an event in the page until what it draws was painted. */
const painted = (page: Page, act: string, done: string): Promise<number> =>
  page.evaluate(
    async ([act, done]) => {
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const isDone = (): boolean => document.querySelector(done as string) !== null;
      const link = document.querySelector<HTMLElement>(act as string);
      const from = performance.now();
      link?.click();
      while (!isDone()) await frame();
      await frame();
      return performance.now() - from;
    },
    [act, done] as const,
  );

/** From a key until the frame that shows what it leaves was painted. */
const typed = (page: Page, text: string): Promise<number> =>
  page.evaluate(async (text) => {
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const input = document.querySelector<HTMLInputElement>("input[type=search]");
    if (!input) return Number.NaN;
    await frame();
    const from = performance.now();
    input.value = text;
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await frame();
    await frame();
    return performance.now() - from;
  }, text);

const ROW = "main ul[aria-label] li a";

/** B9: ten thousand clients, on a slow phone. */
export async function clients(): Promise<void> {
  const owner = await openPractice();
  await manyClients(owner, MANY);
  const [first, again, keys, bare]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { page, context } = await open(owner, { path: "/app/more" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    await throttle(page, { cpu: 4, network: false });
    first.push(await painted(page, 'nav a[href="/app/clients"]', ROW));
    await painted(page, 'nav a[href="/app/more"]', `h1:not(:empty)`);
    await page.getByRole("heading", { level: 1, name: w("accounts.more") }).waitFor();
    again.push(await painted(page, 'nav a[href="/app/clients"]', ROW));
    for (const text of ["ש", "שט", "שטר", "שטרן", "שטרן מ"]) keys.push(await typed(page, text));
    bare.push(await bareTable(page));
    await context.close();
  }
  const unit = "ms";
  const [slow, quick, key] = [median(first), median(again), median(keys)].map(Math.round) as [
    number,
    number,
    number,
  ];
  tell({
    id: "B9",
    what: "10,000 clients, first opening, CPU 4×, with its request",
    value: slow,
    unit,
    goal: 300,
    beside: loadNow(),
  });
  tell({ id: "B9", what: "10,000 clients, opened again, CPU 4×", value: quick, unit, goal: 300 });
  tell({ id: "B9", what: "a key in the search until the rows, CPU 4×", value: key, unit, goal: 50 });
  tell({
    id: "B9",
    what: "beside: a bare table of 10,000 rows, made and laid out",
    value: Math.round(median(bare)),
    unit,
  });
}

function bareTable(page: Page): Promise<number> {
  return page.evaluate(async (many) => {
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const from = performance.now();
    const table = document.createElement("table");
    for (let at = 0; at < many; at += 1) {
      const row = table.insertRow();
      row.insertCell().textContent = `רות לוי ${at}`;
      row.insertCell().textContent = `050-${1_000_000 + at}`;
    }
    document.body.replaceChildren(table);
    await frame();
    await frame();
    return performance.now() - from;
  }, MANY);
}
