import { statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import type { Person } from "../e2e/support/people.ts";
import { place } from "../e2e/support/place.ts";
import { browser, open } from "../e2e/support/window.ts";
import { wordsIn } from "../e2e/support/words.ts";
import { ordinaryDay } from "./practice.ts";
import { loadNow, median, tell } from "./report.ts";
import { BUILT } from "./sizes.ts";
import { throttle } from "./throttle.ts";

const w = wordsIn("he");
const ROUNDS = 9;
const QUIET = 500;
const isThere = (page: Page): Promise<unknown> =>
  page
    .getByRole("region", { name: w("today.now-and-next") })
    .getByRole("heading")
    .first()
    .waitFor({ timeout: 60_000 });

interface AuditEvent {
  action: string;
}

const recorded = async (owner: Person): Promise<number> => {
  const { items } = await owner.get<{ items: AuditEvent[] }>("/audit-events?limit=100");
  return items.filter(({ action }) => !action.startsWith("audit")).length;
};

/** B13, B15: what is asked for to show Today, and of whom. */
export async function quiet(): Promise<void> {
  const owner = await ordinaryDay();
  const before = await recorded(owner);
  const { page, context, complaints } = await open(owner, {});
  await isThere(page);
  await page.waitForLoadState("networkidle");
  const events = (await recorded(owner)) - before;
  tell({
    id: "B15",
    what: "requests to the API for Today",
    value: complaints.asked.length,
    unit: "",
    goal: 6,
  });
  tell({ id: "B15", what: "audit events of Today", value: events, unit: "", goal: 6 });
  const scripts = complaints.requests.filter(({ url }) => url.endsWith(".js")).map(({ url }) => url);
  const bytes = scripts.map((url) => statSync(join(BUILT, `${new URL(url).pathname.slice(5)}.gz`)).size);
  const loaded = bytes.reduce((sum, size) => sum + size, 0) / 1000;
  tell({ id: "B1", what: "scripts that the browser asked for, gzip", value: loaded, unit: "kB", goal: 75 });
  for (const path of ["/app/calendar?view=week", "/app/calendar?view=month", "/app/clients", "/app/more"]) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.waitForLoadState("networkidle");
  }
  const elsewhere = complaints.found.filter((one) => one.startsWith("asked ")).length;
  tell({ id: "B13", what: "requests to another origin, five screens", value: elsewhere, unit: "", goal: 0 });
  const rest = complaints.found.length - elsewhere;
  tell({ id: "B13", what: "policy reports, errors, lines on the console", value: rest, unit: "", goal: 0 });
  const kept = await page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await caches.keys()),
    ...(await indexedDB.databases()).map(({ name }) => name),
  ]);
  tell({ id: "B13", what: "things kept in the browser's storage", value: kept.length, unit: "", goal: 0 });
  await context.close();
}

interface Seen {
  lcp: number;
  interactive: number;
}

/** Largest contentful paint; and when what was waited for is there and no task was long for half a second. */
async function seen(path: string, person: Person | null): Promise<Seen> {
  const { page, context } = await open(person, { path: "about:blank" });
  await context.addInitScript(() => {
    const found = { lcp: 0, busy: 0 };
    Object.assign(window, { seen: found });
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntries()) found.lcp = startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) found.busy = startTime + duration;
    }).observe({ type: "longtask", buffered: true });
  });
  await throttle(page, { cpu: 4, network: true });
  await page.goto(path, { waitUntil: "commit" });
  await isThere(page);
  const there = await page.evaluate(() => performance.now());
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(
    (still) => performance.now() - (window as unknown as { seen: { busy: number } }).seen.busy > still,
    QUIET,
  );
  const { lcp, busy } = await page.evaluate(
    () => (window as unknown as { seen: { lcp: number; busy: number } }).seen,
  );
  await context.close();
  return { lcp, interactive: Math.max(there, busy) };
}

/** The screen as it stands, as one file: markup and styles, without a script. */
async function bareOf(owner: Person): Promise<string> {
  const { page, context } = await open(owner, {});
  await isThere(page);
  await page.waitForLoadState("networkidle");
  const html = await page.evaluate(async () => {
    const sheets = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
    const styles = await Promise.all(sheets.map(async ({ href }) => (await fetch(href)).text()));
    const copy = document.documentElement.cloneNode(true) as HTMLElement;
    for (const node of copy.querySelectorAll("script, link")) node.remove();
    const style = document.createElement("style");
    style.textContent = styles.join("\n");
    copy.querySelector("head")?.append(style);
    return `<!doctype html>${copy.outerHTML}`;
  });
  await context.close();
  return html;
}

function serve(html: string): Promise<Server> {
  const zipped = gzipSync(html.replaceAll("url(/app/", `url(${place.base}/app/`), { level: 9 });
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-encoding": "gzip" });
    response.end(zipped);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** B3: Today from nothing, on a slow phone and a slow line, beside the same screen as a static file. */
export async function cold(): Promise<void> {
  const owner = await ordinaryDay();
  await browser();
  const server = await serve(await bareOf(owner));
  const address = server.address();
  const bareUrl = `http://localhost:${typeof address === "object" && address ? address.port : 0}/`;
  const [ours, bare]: [Seen[], Seen[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await seen("/app/", owner));
    bare.push(await seen(bareUrl, null));
  }
  server.close();
  const [lcp, bareLcp] = [median(ours.map((one) => one.lcp)), median(bare.map((one) => one.lcp))];
  const ready = median(ours.map((one) => one.interactive));
  const beside = `bare page ${Math.round(bareLcp)} ms; ${loadNow()}`;
  tell({
    id: "B3",
    what: "Today cold, largest paint, median of 9",
    value: Math.round(lcp),
    unit: "ms",
    goal: 2200,
    beside,
  });
  tell({
    id: "B3",
    what: "Today cold, interactive, median of 9",
    value: Math.round(ready),
    unit: "ms",
    goal: 2800,
  });
  tell({
    id: "B3",
    what: "Today cold, largest paint / bare page's",
    value: lcp / bareLcp,
    unit: "×",
    goal: 2,
  });
}
