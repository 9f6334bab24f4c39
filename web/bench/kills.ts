import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BrowserContext, CDPSession, Page } from "playwright-core";
import { Line } from "../e2e/support/line.ts";
import { hasShell, makeOwn, press } from "../e2e/support/own.ts";
import { type Made, openPractice, type Person } from "../e2e/support/people.ts";
import { openProfile } from "../e2e/support/profile.ts";
import { aClient, type Booked, book } from "../e2e/support/stock.ts";
import { loadNow, note, quantile, tell } from "./report.ts";

const KILLS = Number(process.env.PAZPAZ_KILLS ?? 200);
const A_NOTE = 20; // kills in a row in one note
const OLD = 500; // milliseconds: what was typed so long before the kill must be there
const FIELDS = 4;

interface Word {
  text: string;
  /** When the page had taken in its last letter. */
  at: number;
}

interface Lost {
  kill: number;
  isCut: boolean;
  words: string[];
  ages: number[];
}

/** A browser's renderers, all of them: the page's own and the worker's. */
class Killer {
  readonly #devtools: CDPSession;

  constructor(devtools: CDPSession) {
    this.#devtools = devtools;
  }

  static async of(context: BrowserContext): Promise<Killer> {
    const browser = context.browser();
    if (!browser) throw new Error("no browser to ask for its processes");
    return new Killer(await browser.newBrowserCDPSession());
  }

  /** kill -9, and when it was done. */
  async kill(): Promise<number> {
    const { processInfo } = await this.#devtools.send("SystemInfo.getProcessInfo");
    const renderers = processInfo.filter(({ type }) => type === "renderer");
    const now = Date.now();
    for (const { id } of renderers) process.kill(id, "SIGKILL");
    return now;
  }
}

/** Type word after word until the page is gone. */
async function type(page: Page, prefix: string, words: Word[]): Promise<void> {
  try {
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Enter");
    for (let at = 0; ; at += 1) {
      const text = `${prefix}${at % 2 ? "כאב" : "pain"}${at}`;
      await page.keyboard.type(`${text} `, { delay: 10 });
      words.push({ text, at: Date.now() });
    }
  } catch {
    // The page is gone.
  }
}

interface Scene {
  context: BrowserContext;
  killer: Killer;
  line: Line<BrowserContext>;
  hours: (Made & Booked)[];
  /** What each field of each note must hold. */
  expected: Map<string, string[]>;
  lost: Lost[];
  ages: number[];
}

const fieldOf = (page: Page, kill: number) => page.locator("textarea").nth(kill % FIELDS);

/** What was asked of a page that is gone may never be answered. */
const atMost = (asked: Promise<void>): Promise<unknown> => Promise.race([asked, sleep(3000)]);

/** A browser that has just lost its processes may take a moment. */
async function another(context: BrowserContext): Promise<Page> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await context.newPage();
    } catch (error) {
      if (tries === 10) throw error;
      await sleep(300);
    }
  }
}

async function show(scene: Scene, kill: number): Promise<Page> {
  const page = await another(scene.context);
  page.setDefaultTimeout(30_000);
  await page.goto(`/app/notes/${scene.hours[Math.floor(kill / A_NOTE)]?.id}`);
  await fieldOf(page, kill).waitFor();
  return page;
}

/** Type, kill, open again, and look for the words that are old enough. */
async function once(scene: Scene, kill: number): Promise<void> {
  const isCut = kill % 2 === 1;
  const page = await show(scene, kill);
  if (isCut) await scene.line.cut();
  await fieldOf(page, kill).focus();
  const words: Word[] = [];
  const typing = type(page, `${kill}x`, words);
  await sleep(600 + Math.random() * 1800);
  const killedAt = await scene.killer.kill();
  await atMost(typing);
  await atMost(page.close().catch(() => undefined));
  const old = words.filter(({ at }) => at < killedAt - OLD);
  const again = await show(scene, kill);
  const seen = await holds(
    again,
    kill,
    old.map(({ text }) => text),
  );
  const missing = words.filter(({ text }) => !seen.has(text));
  scene.ages.push(...missing.map(({ at }) => killedAt - at));
  const lost = old.filter(({ text }) => !seen.has(text));
  if (lost.length)
    scene.lost.push({
      kill,
      isCut,
      words: lost.map(({ text }) => text),
      ages: lost.map(({ at }) => killedAt - at),
    });
  const key = `${Math.floor(kill / A_NOTE)}/${kill % FIELDS}`;
  scene.expected.set(key, [...(scene.expected.get(key) ?? []), ...seen]);
  await again.close();
  if (isCut) await scene.line.mend();
}

/** The words that the field shows, at the latest after it had time to hear from the server. */
async function holds(page: Page, kill: number, wanted: string[]): Promise<Set<string>> {
  const field = fieldOf(page, kill);
  const read = async (): Promise<Set<string>> => new Set((await field.inputValue()).split(/\s+/));
  let found = await read();
  for (let tries = 0; tries < 20 && wanted.some((word) => !found.has(word)); tries += 1) {
    await sleep(100);
    found = await read();
  }
  return new Set([...found].filter((word) => word.startsWith(`${kill}x`)));
}

/** B7: the page's process is killed while somebody types, with the server and without it. */
export async function kills(): Promise<void> {
  const owner = await openPractice();
  const client = await aClient(owner);
  const hours: (Made & Booked)[] = [];
  for (let at = 0; at < Math.ceil(KILLS / A_NOTE); at += 1) {
    const start = new Date(Date.now() - (at + 1) * 3_600_000).toISOString();
    hours.push(await book(owner, { client, start }));
  }
  const folder = mkdtempSync(join(tmpdir(), "pazpaz-kills-"));
  const line = await Line.for((args) => openProfile(folder, owner, args));
  const context = line.browser;
  try {
    const page = await context.newPage();
    await page.goto("/app/");
    await makeOwn(page);
    await press(page, "welcome.own-done");
    await hasShell(page);
    await page.goto(`/app/notes/${hours[0]?.id}`);
    await page.locator("textarea").first().waitFor();
    const scene: Scene = {
      context,
      killer: await Killer.of(context),
      line,
      hours,
      expected: new Map(),
      lost: [],
      ages: [],
    };
    await page.close();
    for (let kill = 0; kill < KILLS; kill += 1) {
      await once(scene, kill);
      if (kill % 20 === 19) note(`${kill + 1} kills`);
    }
    await report(owner, scene);
  } finally {
    await context.close();
    await line.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Text = Record<string, string | null>;

/** At the end the server has every word that was seen, and nobody has to decide on anything. */
async function report(owner: Person, scene: Scene): Promise<void> {
  const page = await scene.context.newPage();
  await page.goto("/app/");
  const names = ["subjective", "objective", "assessment", "plan"];
  const absent = async (): Promise<number> => {
    const { items } = await owner.get<{ items: (Made & Text)[] }>("/sessions?include=text&limit=100");
    const missing = [...scene.expected].flatMap(([key, words]) => {
      const [hour, field] = key.split("/").map(Number);
      const saved = items.find(({ appointment_id: id }) => id === scene.hours[hour ?? 0]?.id);
      const held = new Set((saved?.[names[field ?? 0] ?? ""] ?? "").split(/\s+/));
      return words.filter((word) => !held.has(word));
    });
    return missing.length;
  };
  let left = await absent();
  for (let tries = 0; left && tries < 60; tries += 1) {
    await sleep(1000);
    left = await absent();
  }
  const { items } = await owner.get<{ items: unknown[] }>("/sessions/conflicts?limit=100");
  const words = [...scene.expected.values()].reduce((sum, one) => sum + one.length, 0);
  const lost = scene.lost.reduce((sum, one) => sum + one.words.length, 0);
  const unit = "";
  tell({
    id: "B7",
    what: `words lost that were older than ${OLD} ms, ${KILLS} kill -9`,
    value: lost,
    unit,
    goal: 0,
  });
  tell({
    id: "B7",
    what: "words seen after a kill that the server has not at the end",
    value: left,
    unit,
    goal: 0,
  });
  tell({ id: "B7", what: "conflicts with oneself", value: items.length, unit, goal: 0 });
  note(`${words} words; half of the kills without the server; ${loadNow()}`);
  if (scene.ages.length)
    note(
      `of ${scene.ages.length} words gone the oldest was ${Math.max(...scene.ages)} ms old, half below ${quantile(scene.ages, 0.5)}`,
    );
  for (const one of scene.lost) note(JSON.stringify(one));
}
