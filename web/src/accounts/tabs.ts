// What the tabs of this browser tell each other about the sign-in they share.

export type Said =
  | { kind: "locked" }
  | { kind: "signed-out" }
  | { kind: "opened"; user: string }
  | { kind: "came"; user: string } // in, and not yet through
  | { kind: "touched" };

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("pazpaz") : null;

export const tell = (said: Said): void => channel?.postMessage(said);

/** Hear the other tabs until the answer is called. */
export function hear(listener: (said: Said) => void): () => void {
  const heard = (event: MessageEvent<Said>): void => listener(event.data);
  channel?.addEventListener("message", heard);
  return () => channel?.removeEventListener("message", heard);
}
