import { signal } from "@preact/signals";

/** Whether the server can be reached, as the browser and the last request say. */
export const isOnline = signal(globalThis.navigator?.onLine !== false);

/** A request came back, or did not. */
export function reached(did: boolean): void {
  isOnline.value = did;
}

globalThis.addEventListener?.("offline", () => reached(false));
globalThis.addEventListener?.("online", () => reached(true));
