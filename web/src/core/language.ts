import { signal } from "@preact/signals";

export type Language = "he" | "en";
const COOKIE = "pazpaz_language"; // read by the server too, which sends the page in that language
const YEAR = 365 * 24 * 3600;

const chosen = (): string | undefined =>
  new RegExp(`(?:^|; )${COOKIE}=(he|en)(?:;|$)`).exec(document.cookie)?.[1];

/** What the page shows now: as was chosen, even where the page was kept in the other language. */
export const language = signal<Language>((chosen() ?? document.documentElement.lang) === "en" ? "en" : "he");

export const direction = (): "rtl" | "ltr" => (language.value === "he" ? "rtl" : "ltr");

/** Whether somebody chose on this device, or the browser's wish still decides. */
export const isChosen = (): boolean => chosen() !== undefined;

/** Remember a choice for this device and show it at once. */
export function choose(wanted: Language): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox ESR
  document.cookie = `${COOKIE}=${wanted}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  language.value = wanted;
}
