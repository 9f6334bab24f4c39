import { awayLimit, isAway } from "./rules.ts";
import { hear, tell } from "./tabs.ts";

const INPUT = ["pointerdown", "keydown", "wheel", "touchstart", "input"] as const;
const LOOK = ["visibilitychange", "focus", "pageshow"] as const;
const TELL_EVERY = 15_000;
const CHECK_EVERY = 5_000;

/** Call `away` once nobody touched the app, in any of its tabs, for as long as is allowed. */
export function watchIdle(idleMinutes: number, hasFactor: boolean, away: () => void): () => void {
  const limit = awayLimit(idleMinutes, hasFactor);
  let touched = Date.now();
  let told = touched;
  const check = (): boolean => {
    const is = isAway(touched, Date.now(), limit);
    if (is) away();
    return is;
  };
  // A device that slept comes back with a touch: that one does not count any more.
  const touch = (): void => {
    if (check()) return;
    touched = Date.now();
    if (touched - told < TELL_EVERY) return;
    told = touched;
    tell({ kind: "touched" });
  };
  const deafen = hear((said) => {
    if (said.kind === "touched") touched = Date.now();
  });
  const timer = setInterval(check, CHECK_EVERY);
  for (const name of INPUT) addEventListener(name, touch, { capture: true, passive: true });
  for (const name of LOOK) addEventListener(name, check, { capture: true });
  return () => {
    deafen();
    clearInterval(timer);
    for (const name of INPUT) removeEventListener(name, touch, { capture: true });
    for (const name of LOOK) removeEventListener(name, check, { capture: true });
  };
}
