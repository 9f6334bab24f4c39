import { effect } from "@preact/signals";
import { api } from "../api/client.ts";
import { gate } from "../api/gate.ts";
import { asProblem } from "../api/problems.ts";
import { forgetAll } from "../api/queries.ts";
import { forgetAhead } from "../api/sending.ts";
import { isLockDue } from "../core/kept.ts";
import { settle, toasts } from "../core/toasts.ts";
import { me, readMe } from "./data.ts";
import { isNobodyYet } from "./nobody.ts";
import { hear, type Said, tell } from "./tabs.ts";

const SETTLES = 2000;

/** Lock: the page shows nothing more at once; the server opens nothing more as soon as it hears of it. */
export async function lock(): Promise<void> {
  isLockDue.write(true);
  const settled = settle(); // it could not be done any more once the server has locked
  gate.value = "locked";
  await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, SETTLES))]);
  await tellServer().catch(() => undefined);
}

/** A lock stays due until the server has taken it, or says that nobody is signed in. */
async function tellServer(): Promise<void> {
  try {
    await api.POST("/api/v1/auth/lock");
  } catch (error) {
    if (asProblem(error).status !== 401) throw error;
  }
  isLockDue.write(false);
}

/** The connection is back. */
function tellLate(): void {
  if (gate.peek() === "locked" && isLockDue.read()) void tellServer().catch(() => undefined);
}

/** Find out who is signed in; a lock that the server has not heard of comes first. */
export async function enter(): Promise<void> {
  if (isNobodyYet()) {
    gate.value = "signed-out"; // not asked for: the answer would be a 401
    return;
  }
  if (isLockDue.read()) {
    forgetAhead(); // it was answered before the lock
    await tellServer();
  }
  await readMe();
}

/** Sign out here and in the other tabs, and leave no address behind for whoever comes next. */
export async function signOut(): Promise<void> {
  await settle();
  try {
    await api.POST("/api/v1/auth/logout");
  } catch (error) {
    if (asProblem(error).status !== 401) throw error;
  }
  isLockDue.write(false);
  leave();
}

function leave(): void {
  gate.value = "signed-out";
  history.replaceState(null, "", "/app/sign-in");
  dispatchEvent(new PopStateEvent("popstate")); // so that the router looks at the address anew
}

/** Follow the gate and the other tabs: nothing that was read outlives an open gate. `start` finds out who is here. */
export function watchGate(start: () => void): () => void {
  const stop = watchLeaving();
  const again = (): void => {
    gate.value = "unknown";
    start();
  };
  const deafen = hear((said) => follow(said, again));
  // A page that comes back as it was left knows nothing of what happened meanwhile.
  const back = (event: PageTransitionEvent): void => {
    if (event.persisted) again();
  };
  addEventListener("pageshow", back);
  addEventListener("online", tellLate);
  return () => {
    stop();
    deafen();
    removeEventListener("pageshow", back);
    removeEventListener("online", tellLate);
  };
}

function watchLeaving(): () => void {
  let before = gate.peek();
  return effect(() => {
    const now = gate.value;
    if (now !== "open") forget(now === "signed-out");
    if (now !== "open" && now !== before) forgetAhead(); // at the start it waits for whoever is found here
    const isLeft = now === "signed-out" ? before !== "unknown" : now === "locked" && before === "open";
    if (isLeft && now !== before) tell({ kind: now as "locked" | "signed-out" });
    before = now;
  });
}

function forget(everybody: boolean): void {
  forgetAll();
  toasts.value = [];
  if (everybody) me.value = null;
}

function follow(said: Said, again: () => void): void {
  const isOpen = gate.peek() === "open";
  if (said.kind === "locked" && isOpen) {
    void settle(); // what comes too late says so
    gate.value = "locked";
  }
  if (said.kind === "signed-out" && gate.peek() !== "signed-out") leave();
  if (isNews(said, isOpen)) again();
}

/** Whether another tab tells of a sign-in that this one does not show. */
function isNews(said: Said, isOpen: boolean): boolean {
  if (said.kind !== "opened" && said.kind !== "came") return false;
  return me.peek()?.user.id !== said.user || (said.kind === "opened" && !isOpen);
}
