import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { chromiumPath } from "../e2e/support/chromium.ts";
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
type Audit = { score: number | null; title: string };
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
  const owner = await ordinaryDay();
  const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  await judge(run, "Today", { cookie });
  await judge(run, "the sign-in", {});
}

const PORT = 8209;

async function judge(run: Run, what: string, extraHeaders: Record<string, string>): Promise<void> {
  const executablePath = chromiumPath() ?? "";
  const results: Result[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const args = [`--remote-debugging-port=${PORT}`, "--no-sandbox", "--disable-gpu"];
    const browser = await chromium.launch({ executablePath, args });
    const flags = {
      port: PORT,
      extraHeaders,
      onlyCategories: GOALS.map(([name]) => name),
      logLevel: "silent",
    };
    results.push(await run(`${place.base}/app/`, flags));
    await browser.close();
  }
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
