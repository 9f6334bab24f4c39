// A window of a real browser, signed in as somebody or nobody, watched for what no page may do.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { launch } from "./chromium.ts";
import type { Person } from "./people.ts";
import { place } from "./place.ts";
import { Complaints } from "./watch.ts";

export interface Opening {
  language?: "he" | "en";
  width?: number;
  height?: number;
  theme?: "light" | "dark";
  /** The device's own zone. */
  zone?: string;
  path?: string;
  /** Minutes that the device's clock is ahead. */
  clockAhead?: number;
  /** Refusals that the test itself brings about: the browser writes each on its console. */
  statuses?: readonly number[];
  context?: BrowserContextOptions;
  /** With the service worker, as most browsers have it; without one, as Firefox's private windows. */
  worker?: boolean;
  /** Another address of the same server (support/deploy.ts). */
  base?: string;
  /** Another browser than the one that all share. */
  browser?: Browser;
  /** What was said of whose device it is; `ask`: nothing yet. */
  device?: "shared" | "ask";
}

export interface Opened {
  page: Page;
  context: BrowserContext;
  complaints: Complaints;
}

let started: Promise<Browser> | undefined;
export const browser = (): Promise<Browser> => {
  started ??= launch();
  return started;
};

export const closeBrowser = async (): Promise<void> => {
  await (await started)?.close();
};

const optionsOf = (opening: Opening): BrowserContextOptions => ({
  baseURL: opening.base ?? place.base,
  locale: opening.language === "en" ? "en-US" : "he-IL",
  timezoneId: opening.zone ?? "Asia/Jerusalem",
  viewport: { width: opening.width ?? 390, height: opening.height ?? 844 },
  colorScheme: opening.theme ?? "light",
  hasTouch: (opening.width ?? 390) < 900,
  reducedMotion: "reduce",
  ...opening.context,
});

/** A window of somebody's own: signed in as them, or as nobody. */
export async function open(person: Person | null, opening: Opening): Promise<Opened> {
  const context = await (opening.browser ?? (await browser())).newContext(optionsOf(opening));
  const complaints = new Complaints(opening.base ?? place.base, opening.statuses ?? []);
  await complaints.watch(context);
  if (!opening.worker)
    await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, "serviceWorker"));
  if (opening.device !== "ask") await context.addInitScript(answered);
  if (person) {
    const chosen = ["pazpaz_language", opening.language ?? "he"] as const;
    const cookies = [...person.cookies, chosen].map(([name, value]) => ({
      name,
      value,
      url: place.base,
    }));
    await context.addCookies(cookies);
  }
  if (opening.clockAhead) await context.clock.install({ time: Date.now() + opening.clockAhead * 60_000 });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(opening.path ?? "/app/");
  return { page, context, complaints };
}

/** A page of no address keeps nothing. */
function answered(): void {
  if (location.protocol.startsWith("http")) localStorage.setItem("pazpaz.device", "shared");
}
