import { useEffect } from "preact/hooks";

const PRODUCT = "PazPaz";

/** The window's title while a screen is shown: it names the screen, never a client. */
export function useTitle(screen: string): void {
  useEffect(() => {
    document.title = `${screen} · ${PRODUCT}`;
    return () => {
      document.title = PRODUCT;
    };
  }, [screen]);
}
