// What the dot says: pure, so that it is tested without a screen.
import type { ChipTone } from "../ui/Chip.tsx";
import type { Waiting } from "../vault/waiting.ts";

export const OLD = 2 * 24 * 3_600_000;

export type Said =
  | { kind: "saved" | "saving" | "decision" | "refused" }
  | { kind: "on-device" | "window-only"; notes: number; photos: number };

/** The one thing that matters most about what the server does not have yet. */
export function said(all: readonly Waiting[]): Said {
  if (all.length === 0) return { kind: "saved" };
  if (all.some(({ state }) => state === "decision")) return { kind: "decision" };
  if (all.some(({ state }) => state === "refused")) return { kind: "refused" };
  if (all.every(({ state }) => state === "saving")) return { kind: "saving" };
  const notes = all.filter(({ kind }) => kind === "note").length;
  const isHeld = all.every(({ state }) => state !== "window-only");
  return { kind: isHeld ? "on-device" : "window-only", notes, photos: all.length - notes };
}

/** Amber once something waits for more than two days: the server takes no text older than seven. */
export function toneOf(all: readonly Waiting[], now: number): ChipTone {
  const { kind } = said(all);
  if (kind === "decision" || kind === "refused" || kind === "window-only") return "danger";
  if (all.some(({ since }) => now - since > OLD)) return "warn";
  return kind === "saved" ? "ok" : "plain";
}
