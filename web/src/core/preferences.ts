// How PazPaz looks on this device.
import { effect, signal } from "@preact/signals";
import { keep, kept } from "./kept.ts";

export type Theme = "system" | "light" | "dark";
export type TextSize = "normal" | "large" | "larger";

const one = <T extends string>(key: string, choices: readonly T[]): T =>
  choices.find((choice) => choice === kept(key)) ?? (choices[0] as T);

export const THEMES = ["system", "light", "dark"] as const;
export const TEXT_SIZES = ["normal", "large", "larger"] as const;
export const theme = signal<Theme>(one("theme", THEMES));
export const textSize = signal<TextSize>(one("text-size", TEXT_SIZES));

const BAR = { light: "#F7F8F7", dark: "#101614" };

/** Show the page as was chosen, now and whenever it changes. */
export function startPreferences(): void {
  effect(() => {
    const chosen = theme.value;
    document.documentElement.dataset.theme = chosen;
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
      meta.content = BAR[chosen === "system" ? (meta.media.includes("dark") ? "dark" : "light") : chosen];
    }
    keep("theme", chosen === "system" ? null : chosen);
  });
  effect(() => {
    document.documentElement.dataset.text = textSize.value;
    keep("text-size", textSize.value === "normal" ? null : textSize.value);
  });
}
