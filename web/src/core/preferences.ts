// What this device remembers: how PazPaz looks, and never anything of a practice.
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
export type TextSize = "normal" | "large" | "larger";

const stored = (key: string): string | null => {
  try {
    return localStorage.getItem(`pazpaz.${key}`);
  } catch {
    return null; // storage is switched off
  }
};

function store(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`pazpaz.${key}`);
    else localStorage.setItem(`pazpaz.${key}`, value);
  } catch {
    // The choice then holds for this window.
  }
}

const one = <T extends string>(key: string, choices: readonly T[]): T =>
  choices.find((choice) => choice === stored(key)) ?? (choices[0] as T);

export const THEMES = ["system", "light", "dark"] as const;
export const TEXT_SIZES = ["normal", "large", "larger"] as const;
export const theme = signal<Theme>(one("theme", THEMES));
export const textSize = signal<TextSize>(one("text-size", TEXT_SIZES));

/** A lock that the server has not heard of yet: the connection was gone. */
export const isLockDue = {
  read: (): boolean => stored("lock-due") !== null,
  write: (isDue: boolean): void => store("lock-due", isDue ? "1" : null),
};

const BAR = { light: "#F7F8F7", dark: "#101614" };

/** Show the page as was chosen, now and whenever it changes. */
export function startPreferences(): void {
  effect(() => {
    const chosen = theme.value;
    document.documentElement.dataset.theme = chosen;
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
      meta.content = BAR[chosen === "system" ? (meta.media.includes("dark") ? "dark" : "light") : chosen];
    }
    store("theme", chosen === "system" ? null : chosen);
  });
  effect(() => {
    document.documentElement.dataset.text = textSize.value;
    store("text-size", textSize.value === "normal" ? null : textSize.value);
  });
}
