import { useEffect } from "preact/hooks";

const WAIT = 1500;

/** After a change of screen the focus is on its heading, unless it is on something that is still there. */
export function arrived(): void {
  const main = document.getElementById("main");
  const focused = document.activeElement;
  if (!main || (focused !== main && main.contains(focused))) return;
  if (headingIn(main)) return;
  main.focus({ preventScroll: true });
  // What is read first has its heading later; by then the person may have gone on.
  const observer = new MutationObserver(() => {
    if (document.activeElement !== main || headingIn(main)) observer.disconnect();
  });
  observer.observe(main, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), WAIT * 4);
}

/** Put the focus on the screen's heading, if it is there. */
function headingIn(main: HTMLElement): boolean {
  const heading = main.querySelector<HTMLElement>("h1");
  if (heading) heading.tabIndex = -1;
  heading?.focus({ preventScroll: true });
  return heading !== null;
}

const seen = new Map<string, number>();
const here = (): string => location.pathname + location.search;

/** Going back shows a screen where it was left, as soon as it is long enough again. */
export function useScrollMemory(): void {
  useEffect(() => {
    history.scrollRestoration = "manual";
    const note = (): void => void seen.set(here(), scrollY);
    const back = (): void => restore(seen.get(here()) ?? 0);
    addEventListener("scroll", note, { passive: true });
    addEventListener("popstate", back);
    return () => {
      removeEventListener("scroll", note);
      removeEventListener("popstate", back);
    };
  }, []);
}

const TOUCHES = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

/** The screen before, or what a screen shows while it reads, may be shorter: until it stays, or somebody scrolls. */
function restore(to: number): void {
  const until = performance.now() + WAIT;
  const address = here();
  const stop = new AbortController();
  for (const name of TOUCHES)
    addEventListener(name, () => stop.abort(), { signal: stop.signal, passive: true });
  const attempt = (): void => {
    if (here() !== address || performance.now() > until) stop.abort();
    if (stop.signal.aborted) return;
    const isLongEnough = document.documentElement.scrollHeight - innerHeight >= to;
    if (isLongEnough && Math.abs(scrollY - to) > 1) scrollTo(0, to);
    requestAnimationFrame(attempt);
  };
  requestAnimationFrame(attempt);
}
