import { useLayoutEffect } from "preact/hooks";

interface Navigation extends EventTarget {
  addEventListener: (type: "navigate", heard: (event: Event) => void) => void;
}

/** While something unsaved is on the screen: leaving it, also by the browser's Back, first calls `ask`. */
export function useGuard(isUnsaved: boolean, ask: () => void): void {
  // At once, so that a way out that follows the saving is free.
  useLayoutEffect(() => {
    if (!isUnsaved) return undefined;
    const stay = (event: Event): void => event.preventDefault();
    const askFirst = (event: Event): void => {
      if (!event.cancelable) return;
      event.preventDefault();
      ask();
    };
    // The router follows a link also where its navigation was refused: it must not hear of the click.
    const stayOn = (event: MouseEvent): void => {
      if (!leaves(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask();
    };
    const navigation = (globalThis as { navigation?: Navigation }).navigation;
    addEventListener("click", stayOn, true);
    addEventListener("beforeunload", stay);
    navigation?.addEventListener("navigate", askFirst);
    return () => {
      removeEventListener("click", stayOn, true);
      removeEventListener("beforeunload", stay);
      navigation?.removeEventListener("navigate", askFirst);
    };
  }, [isUnsaved]);
}

/** Whether a click follows a link to another screen in this window. */
function leaves(event: MouseEvent): boolean {
  const link = event.target instanceof Element && event.target.closest<HTMLAnchorElement>("a[href]");
  if (!link || link.origin !== location.origin || link.download || link.target === "_blank") return false;
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
}
