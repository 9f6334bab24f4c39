// What this browser runs on, as far as it says.

const firstOf = (all: readonly (readonly [string, RegExp])[], text: string): string | undefined =>
  all.find(([, pattern]) => pattern.test(text))?.[0];

const BROWSERS = [
  ["Edge", /Edg/],
  ["Opera", /OPR/],
  ["Samsung Internet", /SamsungBrowser/],
  ["Firefox", /Firefox|FxiOS/],
  ["Chrome", /Chrome|CriOS|Chromium/],
  ["Safari", /Safari/],
] as const;
const SYSTEMS = [
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Android", /Android/],
  ["Windows", /Windows/],
  ["ChromeOS", /CrOS/],
  ["Mac", /Macintosh/],
  ["Linux", /Linux/],
] as const;

/** "Safari, iPhone": what a person tells their devices apart by. */
export function deviceName(agent: string, touches = 0): string {
  const system = firstOf(SYSTEMS, agent);
  const shown = system === "Mac" && touches > 1 ? "iPad" : system; // an iPad calls itself a Mac
  return [firstOf(BROWSERS, agent) ?? "Web", shown].filter(Boolean).join(", ");
}

export const thisDevice = (): string => deviceName(navigator.userAgent, navigator.maxTouchPoints);

/** A tab of an iPhone or iPad: what it keeps is deleted after seven days without a visit; an app of the home screen keeps it. */
export const isIosTab = (): boolean =>
  /iPhone|iPad$/.test(thisDevice()) && !matchMedia("(display-mode: standalone)").matches;

/** Ask the browser not to delete what is kept when room is short; null where it cannot be asked. */
export const askToStay = async (): Promise<boolean | null> =>
  (await navigator.storage?.persist?.().catch(() => null)) ?? null;
