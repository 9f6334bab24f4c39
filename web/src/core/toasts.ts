import { signal } from "@preact/signals";

export interface Toast {
  id: number;
  text: string;
  kind: "done" | "problem";
  action?: { label: string; run: () => void };
  more?: { label: string; run: () => void };
}
const SHOWN = 4;
let last = 0;

export const toasts = signal<readonly Toast[]>([]);

/** Say what happened, with its undo. It stays 8 s, and as long as it is looked at (ui/Toasts.tsx). */
export function say(text: string, options: Partial<Omit<Toast, "id" | "text">> = {}): number {
  const id = ++last;
  toasts.value = [...toasts.value, { kind: "done" as const, ...options, id, text }].slice(-SHOWN);
  return id;
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}
