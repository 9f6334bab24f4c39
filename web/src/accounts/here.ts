// Without the server: the app goes on by what lies on this device, and asks again until the server is back.
import { effect, signal } from "@preact/signals";
import { gate, isOnItsOwn } from "../api/gate.ts";
import { asProblem, explain, Problem } from "../api/problems.ts";
import { refresh } from "../api/queries.ts";
import { isOnline } from "../core/online.ts";
import { keptMe, openByHandle, waysHere } from "../vault/alone.ts";
import { leaveVault } from "../vault/door.ts";
import { type Me, me, show } from "./data.ts";

explain({ "nothing-here": "accounts.nothing-here" });

const AGAIN = 5000; // nothing is sent where nobody answers
const AWAY = new Set([0, 502, 503, 504]);

/** The server itself could not be asked: it said nothing, or something before it said so. */
export const isAway = (error: unknown): boolean => AWAY.has(asProblem(error).status);

/** By what this device can be opened without the server; null while nobody has looked. */
export const ways = signal<{ prf: boolean; passphrase: boolean } | null>(null);

/** Go on after a reload; or offer what opens this device. False if nothing lies here. */
export async function goOnHere(mayByHandle: boolean): Promise<boolean> {
  if (mayByHandle && (await openByHandle()) && (await startHere())) return true;
  const found = await waysHere();
  ways.value = found;
  if (!found.prf && !found.passphrase) return false;
  gate.value = "locked";
  return true;
}

/** The same after a key was shown, which has to open something. */
export async function openedHere(): Promise<void> {
  if (!(await startHere())) throw new Problem(404, "nothing-here");
}

/** The vault is open: it knows who is here, and in which zone. */
async function startHere(): Promise<boolean> {
  const found = (await keptMe()) as Me | undefined;
  if (!found) {
    await leaveVault();
    return false;
  }
  isOnItsOwn.value = true;
  show(found, "open");
  return true;
}

/** While the server is away, `enter` anew now and then; once it answers, what is on the screen is read anew. */
export function watchServer(enter: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const ask = (): void => void enter().then(() => refresh(), nothing);
  const stop = effect(() => {
    const isWaiting =
      (gate.value === "open" && (!isOnline.value || isOnItsOwn.value)) ||
      (gate.value === "locked" && me.value === null);
    clearInterval(timer);
    timer = isWaiting ? setInterval(ask, AGAIN) : undefined;
  });
  const look = (): void => {
    if (timer !== undefined && document.visibilityState === "visible") ask();
  };
  addEventListener("online", look);
  addEventListener("visibilitychange", look);
  return () => {
    stop();
    clearInterval(timer);
    removeEventListener("online", look);
    removeEventListener("visibilitychange", look);
  };
}

const nothing = (): void => undefined;
