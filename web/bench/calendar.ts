import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { openPractice, type Person } from "../e2e/support/people.ts";
import { aClient, book, inTurns } from "../e2e/support/stock.ts";
import { open } from "../e2e/support/window.ts";
import { ensurePeers } from "./peers.ts";
import { loadNow, median, note, quantile, tell } from "./report.ts";
import { throttle } from "./throttle.ts";

const ROUNDS = 9;
const ZONE = "Asia/Jerusalem";
const FRAME = 16;
const MOVES = 30;

/** How one calendar is told what to show, and by what it is seen to be there. */
interface Subject {
  name: string;
  url: string;
  person: Person | null;
  week: [act: string, done: string];
  other: [act: string, done: string];
  month: [act: string, done: string];
  dragged: string;
}

interface Times {
  week: number[];
  month: number[];
  frames: number[];
}

/** Milliseconds from the wish until what it leads to was painted. */
const painted = (page: Page, [act, done]: [string, string]): Promise<number> =>
  page.evaluate(
    async ([act, done]) => {
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const from = performance.now();
      const link = act?.startsWith("/") ? Object.assign(document.createElement("a"), { href: act }) : null;
      if (link) document.body.append(link);
      if (link) link.click();
      else (window as unknown as { go: Record<string, () => void> }).go[act ?? ""]?.();
      while (!document.querySelector(done ?? "")) await frame();
      await frame();
      const took = performance.now() - from;
      link?.remove();
      return took;
    },
    [act, done] as const,
  );

/** The times between frames while an appointment is dragged around, and put back where it was. */
async function dragged(page: Page, selector: string): Promise<number[]> {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) return [];
  const [x, y] = [box.x + box.width / 2, box.y + Math.min(12, box.height / 2)];
  await page.evaluate(() => {
    const deltas: number[] = [];
    let last = performance.now();
    const tick = (now: number): void => {
      deltas.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    Object.assign(window, { deltas });
  });
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let at = 1; at <= MOVES; at += 1) {
    const part = Math.sin((at / MOVES) * Math.PI);
    await page.mouse.move(x - part * 300, y + part * 120);
    await sleep(FRAME);
  }
  await page.mouse.up();
  return await page.evaluate(() => (window as unknown as { deltas: number[] }).deltas.slice(1));
}

async function once(subject: Subject, times: Times): Promise<void> {
  const { page, context } = await open(subject.person, { path: subject.url, width: 1280, height: 900 });
  await page.locator(subject.week[1]).first().waitFor();
  // Everything is read once, so that what is measured is drawing.
  for (const one of [subject.other, subject.month, subject.other]) await painted(page, one);
  await throttle(page, { cpu: 4, network: false });
  times.week.push(await painted(page, subject.week));
  times.month.push(await painted(page, subject.month));
  await painted(page, subject.week);
  times.frames.push(...(await dragged(page, subject.dragged)));
  await context.close();
}

/** B8: five hundred appointments in a month, on a slow device, beside two calendar libraries. */
export async function calendar(): Promise<void> {
  ensurePeers();
  const folder = mkdtempSync(join(tmpdir(), "pazpaz-peers-"));
  const server = await peers(folder);
  const address = server.address();
  const peersAt = `http://localhost:${typeof address === "object" && address ? address.port : 0}`;
  const subjects = [
    await ours(),
    peer("FullCalendar 7.1.0", `${peersAt}/fullcalendar.html`),
    peer("EventCalendar 5.15.0", `${peersAt}/eventcalendar.html`),
  ];
  const all = subjects.map(() => ({ week: [], month: [], frames: [] }) as Times);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, subject] of subjects.entries()) await once(subject, all[at] as Times);
  }
  server.close();
  rmSync(folder, { recursive: true });
  report(subjects, all);
}

const UNIT = "ms";

function report(subjects: Subject[], all: Times[]): void {
  const beside = (of: (times: Times) => number): string =>
    subjects
      .slice(1)
      .map(({ name }, at) => `${name} ${Math.round(of(all[at + 1] as Times))}`)
      .join(", ");
  const own = all[0] as Times;
  const figure = (what: string, goal: number, of: (times: Times) => number): void =>
    tell({ id: "B8", what, value: Math.round(of(own)), unit: UNIT, goal, beside: beside(of) });
  figure("a week of 500 a month, painted, CPU 4×", 120, ({ week }) => median(week));
  figure("the month, painted, CPU 4×", 250, ({ month }) => median(month));
  figure("a frame of a drag, p95, CPU 4×", 50, ({ frames }) => quantile(frames, 0.95));
  note(`medians of ${ROUNDS}, interleaved; ${loadNow()}`);
}

const peer = (name: string, url: string): Subject => ({
  name,
  url,
  person: null,
  week: ["week", ".e3"],
  other: ["other", ".e10"],
  month: ["month", ".e25"],
  dragged: ".e97",
});

async function ours(): Promise<Subject> {
  const owner = await openPractice({ zone: ZONE });
  const { month } = (await import(join(import.meta.dirname, "peers/data.js"))) as {
    month: { id: string; start: string }[];
  };
  const client = await aClient(owner, "רות", "בן־עמי");
  const made = await inTurns(month.length, (at) => {
    const local = Temporal.PlainDateTime.from(month[at]?.start ?? "");
    const start = local.toZonedDateTime(ZONE).toInstant().toString();
    return book(owner, { client, start, minutes: 40 });
  });
  const event = (at: number): string => `[data-id="${made[at]?.id}"]`;
  const path = (view: string, day: string): string => `/app/calendar?view=${view}&day=${day}`;
  return {
    name: "ours",
    url: path("week", "2027-01-04"),
    person: owner,
    week: [path("week", "2027-01-04"), event(3)],
    other: [path("week", "2027-01-11"), event(10)],
    month: [path("month", "2027-01-04"), 'main a[href*="view=day"][href*="2027-01-26"]'],
    dragged: event(97),
  };
}

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** The libraries' pages, built as ours is. */
function peers(folder: string): Promise<Server> {
  const vite = join(import.meta.dirname, "../node_modules/vite/bin/vite.js");
  const config = join(import.meta.dirname, "peers/vite.config.js");
  execFileSync(process.execPath, [
    vite,
    "build",
    "--config",
    config,
    "--outDir",
    folder,
    "--logLevel",
    "error",
  ]);
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? "/", "http://localhost").pathname;
    const type = TYPES[extname(name)];
    if (!type) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": `${type}; charset=utf-8` });
    response.end(readFileSync(join(folder, name)));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
