import type { NoteRecord } from "./record.ts";

/** What the tabs of one browser tell each other about what lies here. */
export type Told =
  | { kind: "changed"; id: string }
  | { kind: "locked" }
  | { kind: "give"; lock: string }
  | { kind: "given"; lock: string; record: NoteRecord | null };

export interface Tabs {
  tell(told: Told): void;
  hear(listener: (told: Told) => void): () => void;
  close(): void;
}

export function tabsNamed(name: string): Tabs {
  if (!("BroadcastChannel" in globalThis))
    return { tell: () => undefined, hear: () => () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(name);
  return {
    tell: (told) => channel.postMessage(told),
    hear: (listener) => {
      const heard = (event: MessageEvent<Told>): void => listener(event.data);
      channel.addEventListener("message", heard);
      return () => channel.removeEventListener("message", heard);
    },
    close: () => channel.close(),
  };
}
