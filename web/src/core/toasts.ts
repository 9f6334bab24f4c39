import { signal } from "@preact/signals";

export interface Toast {
  id: number;
  text: string;
  kind: "done" | "problem";
  action?: { label: string; run: () => void };
  more?: { label: string; run: () => void };
  /** Done once the toast is gone, unless its action was taken: for what cannot be undone later. */
  after?: () => unknown;
  /** How long it stays, in milliseconds, if not 8 s: for what more is still to be said. */
  stays?: number;
}
const SHOWN = 4;
let last = 0;

export const toasts = signal<readonly Toast[]>([]);

/** Say what happened, with its undo. It stays 8 s, and as long as it is looked at (ui/Toasts.tsx). */
export function say(text: string, options: Partial<Omit<Toast, "id" | "text">> = {}): number {
  const id = ++last;
  const all = [...toasts.value, { kind: "done" as const, ...options, id, text }];
  toasts.value = all.slice(-SHOWN);
  for (const gone of all.slice(0, -SHOWN)) gone.after?.();
  return id;
}

/** Say the same thing again, knowing more; false if it is gone. */
export function rephrase(id: number, text: string): boolean {
  toasts.value = toasts.value.map((one) => (one.id === id ? { ...one, text } : one));
  return toasts.value.some((one) => one.id === id);
}

export function dismiss(id: number, isUndone = false): void {
  const gone = toasts.value.find((one) => one.id === id);
  toasts.value = toasts.value.filter((one) => one.id !== id);
  if (!isUndone) gone?.after?.();
}

/** Nothing can be undone any more: what waited for that is done, and nothing is said. */
export async function settle(): Promise<void> {
  const said = toasts.value;
  toasts.value = [];
  await Promise.all(said.map(({ after }) => after?.()));
}

// Whoever leaves has not undone it.
globalThis.addEventListener?.("pagehide", () => {
  for (const { id, after } of toasts.value) if (after) dismiss(id);
});
