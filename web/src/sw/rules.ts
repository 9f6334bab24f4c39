/** What the browser asks for, as far as it matters whose answer it gets. */
export interface Asked {
  url: string;
  method: string;
  mode: string;
}

/** A page of the app, one of its files, or (null) what the worker has nothing to do with. */
export type Part = "page" | "file" | null;

export const SCOPE = "/app/";
export const SCRIPT = `${SCOPE}sw.js`;

/** Only what lies below /app/ is the worker's: nothing of the API, of a client's own page, of a mail or of a store. */
export function partOf(asked: Asked, origin: string, files: ReadonlySet<string>): Part {
  const address = new URL(asked.url);
  if (asked.method !== "GET" || address.origin !== origin) return null;
  if (!address.pathname.startsWith(SCOPE) || address.pathname === SCRIPT) return null;
  if (address.pathname.startsWith(`${SCOPE}assets/`) || files.has(address.pathname)) return "file";
  return asked.mode === "navigate" ? "page" : null;
}

const LANGUAGES = ["he", "en"] as const;
type Language = (typeof LANGUAGES)[number];

/** The language somebody chose; null if the server has to say. */
export const languageOf = (cookie: string | undefined): Language | null =>
  LANGUAGES.find((language) => language === cookie) ?? null;

/** Without an answer of the server: the first of ours that the browser itself is set to. */
export const guess = (wanted: readonly string[]): Language =>
  wanted.map((one) => languageOf(one.slice(0, 2).replace("iw", "he"))).find((one) => one !== null) ?? "en";
