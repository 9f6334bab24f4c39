import { signal } from "@preact/signals";

/** Where this browser's sign-in stands, as the server's last answer said; screens of `accounts` follow it. */
export type Gate = "unknown" | "signed-out" | "locked" | "factor-due" | "open";
export const gate = signal<Gate>("unknown");

/** The app was opened without the server: whose sign-in this browser has, and whether it still holds, is not known. */
export const isOnItsOwn = signal(false);

const REFUSED: Record<string, Gate> = {
  "not-authenticated": "signed-out",
  "sign-in-locked": "locked",
  "second-factor-required": "factor-due",
};

/** Follow a refusal that concerns the sign-in itself, not one request. */
export function follow(slug: string): void {
  const next = REFUSED[slug];
  if (next) gate.value = next;
}

type Prover = () => Promise<boolean>;
let prove: Prover = async () => false;

/** `factors` tells how a person proves anew who they are. */
export function proveWith(prover: Prover): void {
  prove = prover;
}

/** Ask for the proof once, however many requests wait for it. */
let asked: Promise<boolean> | null = null;
export function proved(): Promise<boolean> {
  asked ??= prove().finally(() => {
    asked = null;
  });
  return asked;
}
