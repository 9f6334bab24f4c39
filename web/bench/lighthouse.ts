import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { chromiumPath } from "../e2e/support/chromium.ts";
import type { Person } from "../e2e/support/people.ts";
import { place } from "../e2e/support/place.ts";
import { ensurePeers } from "./peers.ts";
import { ordinaryDay } from "./practice.ts";
import { loadNow, median, note, tell } from "./report.ts";

type Category = "performance" | "accessibility" | "best-practices";
const GOALS: [Category, number][] = [
  ["performance", 95],
  ["accessibility", 100],
  ["best-practices", 100],
];
const ROUNDS = 3;
type Audit = { score: number | null; title: string; details?: { items?: { url?: string }[] } };
type Result = {
  lhr: {
    categories: Record<Category, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
    audits: Record<string, Audit>;
  };
};
type Run = (url: string, flags: object) => Promise<Result>;

/** B10: Lighthouse's own judgement of the two screens people meet first, as on a phone. */
export async function lighthouse(): Promise<void> {
  ensurePeers();
  const path = createRequire(`${import.meta.dirname}/`).resolve("lighthouse");
  const run = ((await import(pathToFileURL(path).href)) as { default: Run }).default;
  await judge(run, "Today", await ordinaryDay());
  await judge(run, "the sign-in", null);
}

const PORT = 8209;

/** In a browser of its own, whose cookies are there before Lighthouse opens its page. */
async function once(run: Run, person: Person | null): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "pazpaz-lighthouse-"));
  const args = [`--remote-debugging-port=${PORT}`, "--no-sandbox", "--disable-gpu"];
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath() ?? "",
    args,
  });
  const cookies = [...(person?.cookies ?? [])];
  await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: place.base })));
  const result = await run(`${place.base}/app/`, {
    port: PORT,
    disableStorageReset: true, // it would sign them out
    onlyCategories: GOALS.map(([name]) => name),
    logLevel: "silent",
  });
  await context.close();
  rmSync(folder, { recursive: true, force: true });
  return result;
}

/** Whether the page it judged was somebody's own: only that one asks for appointments. */
const wasSignedIn = ({ lhr }: Result): boolean =>
  (lhr.audits["network-requests"]?.details?.items ?? []).some(({ url }) => url?.includes("/appointments?"));

async function judge(run: Run, what: string, person: Person | null): Promise<void> {
  const results: Result[] = [];
  for (let round = 0; round < ROUNDS; round += 1) results.push(await once(run, person));
  if (results.some((result) => wasSignedIn(result) !== (person !== null)))
    throw new Error(`${what} was not what Lighthouse looked at`);
  for (const [name, goal] of GOALS) {
    const value = median(results.map(({ lhr }) => Math.round((lhr.categories[name].score ?? 0) * 100)));
    tell({ id: "B10", what: `Lighthouse, ${what}: ${name}`, value, unit: "", goal, isLeast: true });
    if (value < goal) note(faults(results[0] as Result, name));
  }
  note(`medians of ${ROUNDS}; ${loadNow()}`);
}

const faults = ({ lhr }: Result, name: Category): string =>
  lhr.categories[name].auditRefs
    .filter(({ id, weight }) => weight > 0 && (lhr.audits[id]?.score ?? 1) < 0.9)
    .map(({ id }) => lhr.audits[id]?.title)
    .join("; ");
