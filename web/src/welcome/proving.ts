import { effect, signal } from "@preact/signals";
import { gate } from "../api/gate.ts";

/** A request that waits until the person has shown anew who they are. */
export const waiting = signal<((did: boolean) => void) | null>(null);

/** Ask for a fresh proof; false if the person would rather not. */
export function askProof(): Promise<boolean> {
  return new Promise((resolve) => {
    waiting.value = (did) => {
      waiting.value = null;
      resolve(did);
    };
  });
}

// Whoever comes after a lock or a sign-out proves nothing for what somebody else began.
effect(() => {
  if (gate.value !== "open") waiting.peek()?.(false);
});
