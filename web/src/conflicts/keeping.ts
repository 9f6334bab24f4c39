// What is typed on the way to a decision lies on one's own device, sealed, until the decision is made.
import { useEffect, useRef } from "preact/hooks";
import { sealedGet, sealedPut } from "../vault/life.ts";
import { vault } from "../vault/opened.ts";
import type { Typed, Way } from "./rules.ts";

export interface Kept {
  way: Way;
  typed: Typed;
}

const PAUSE = 400;
const nameOf = (id: string): string => `decision ${id}`;
const put = (id: string, kept: Kept | null): void => {
  void sealedPut(nameOf(id), kept).catch(() => undefined); // a full disk keeps nobody from deciding
};

/** `found` hears once what was typed before; the answer keeps what is typed from now on, null forgets it. */
export function useKeeping(id: string, found: (kept: Kept) => void): (kept: Kept | null) => void {
  const waiting = useRef<Kept | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const flush = (): void => {
    clearTimeout(timer.current);
    if (waiting.current) put(id, waiting.current);
    waiting.current = null;
  };
  const isOpen = vault.value !== null;
  useEffect(() => {
    if (!isOpen) return;
    sealedGet(nameOf(id)).then(
      (kept) => kept && found(kept as Kept),
      () => undefined,
    );
  }, [id, isOpen]);
  useEffect(() => {
    addEventListener("pagehide", flush);
    return () => {
      removeEventListener("pagehide", flush);
      flush();
    };
  }, [id]);
  return (kept) => {
    waiting.current = kept;
    if (kept === null) {
      clearTimeout(timer.current);
      put(id, null);
      return;
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(flush, PAUSE);
  };
}
