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
