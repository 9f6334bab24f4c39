import { signal } from "@preact/signals";

export type Language = "he" | "en";
const COOKIE = "pazpaz_language"; // read by the server too, which sends the page in that language
const YEAR = 365 * 24 * 3600;

/** What the page shows now. */
export const language = signal<Language>(document.documentElement.lang === "en" ? "en" : "he");

export const direction = (): "rtl" | "ltr" => (language.value === "he" ? "rtl" : "ltr");

/** Whether somebody chose on this device, or the browser's wish still decides. */
export const isChosen = (): boolean =>
  document.cookie.split("; ").some((one) => one.startsWith(`${COOKIE}=`));

/** Remember a choice for this device and show it at once. */
export function choose(chosen: Language): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox ESR
  document.cookie = `${COOKIE}=${chosen}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  language.value = chosen;
}
