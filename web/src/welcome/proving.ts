import { signal } from "@preact/signals";

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
