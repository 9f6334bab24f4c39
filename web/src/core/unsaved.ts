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
    const navigation = (globalThis as { navigation?: Navigation }).navigation;
    addEventListener("beforeunload", stay);
    navigation?.addEventListener("navigate", askFirst);
    return () => {
      removeEventListener("beforeunload", stay);
      navigation?.removeEventListener("navigate", askFirst);
    };
  }, [isUnsaved]);
}
