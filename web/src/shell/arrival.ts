import { useEffect } from "preact/hooks";

/** After a change of screen the focus is on its heading, unless it is on something that is still there. */
export function arrived(): void {
  const main = document.getElementById("main");
  const focused = document.activeElement;
  if (!main || (focused !== main && main.contains(focused))) return;
  const heading = main.querySelector<HTMLElement>("h1");
  if (heading) heading.tabIndex = -1;
  (heading ?? main).focus({ preventScroll: true });
}

const seen = new Map<string, number>();
const WAIT = 1500;
const here = (): string => location.pathname + location.search;

/** Going back shows a screen where it was left, as soon as it is long enough again. */
export function useScrollMemory(): void {
  useEffect(() => {
    history.scrollRestoration = "manual";
    let at = here();
    const note = (): void => {
      if (here() === at) seen.set(at, scrollY);
      else at = here();
    };
    const back = (): void => {
      at = here();
      restore(seen.get(at) ?? 0);
    };
    addEventListener("scroll", note, { passive: true });
    addEventListener("popstate", back);
    return () => {
      removeEventListener("scroll", note);
      removeEventListener("popstate", back);
    };
  }, []);
}

function restore(to: number): void {
  const until = performance.now() + WAIT;
  const address = here();
  const attempt = (): void => {
    if (here() !== address) return;
    const isLongEnough = document.documentElement.scrollHeight - innerHeight >= to;
    if (isLongEnough) scrollTo(0, to);
    else if (performance.now() < until) requestAnimationFrame(attempt);
  };
  requestAnimationFrame(attempt);
}
