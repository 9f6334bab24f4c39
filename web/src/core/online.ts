import { signal } from "@preact/signals";

/** Whether the server can be reached, as the browser and the last request say. */
export const isOnline = signal(globalThis.navigator?.onLine !== false);

/** A request came back, or did not. An answer that was still on its way brings no connection back. */
export function reached(did: boolean): void {
  isOnline.value = did && globalThis.navigator?.onLine !== false;
}

globalThis.addEventListener?.("offline", () => reached(false));
globalThis.addEventListener?.("online", () => reached(true));
