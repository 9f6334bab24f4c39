import { effect } from "@preact/signals";
import { api } from "../api/client.ts";
import { type Gate, gate } from "../api/gate.ts";
import { asProblem } from "../api/problems.ts";
import { forgetAll } from "../api/queries.ts";
import { forgetAhead } from "../api/sending.ts";
import { isLeaveDue, isLockDue } from "../core/kept.ts";
import { settle, toasts } from "../core/toasts.ts";
import { emptyVault, giveUp, leaveVault } from "../vault/door.ts";
import { me, readMe } from "./data.ts";
import { goOnHere, isAway, watchServer } from "./here.ts";
import { isNobodyYet } from "./nobody.ts";
import { hear, type Said, tell } from "./tabs.ts";

const SETTLES = 2000;

/** Lock: the page shows nothing more at once; the server opens nothing more as soon as it hears of it. */
export async function lock(): Promise<void> {
  isLockDue.write(true, me.peek()?.user.id);
  const settled = settle(); // it could not be done any more once the server has locked
  gate.value = "locked";
  await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, SETTLES))]);
  await closed;
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
  if (gate.peek() === "signed-out" && isLeaveDue.read()) void tellLeft().catch(() => undefined);
}

/** Find out who is signed in; what the server has not heard of comes first. Without the server, this device says. */
export async function enter(): Promise<void> {
  if (isNobodyYet()) {
    gate.value = "signed-out"; // not asked for: the answer would be a 401
    return;
  }
  try {
    await enterByServer();
  } catch (error) {
    if (!isAway(error)) throw error;
    if (isLeaveDue.read()) gate.value = "signed-out";
    else if (!(await goOnHere(!isLockDue.read()))) throw error;
  }
}

async function enterByServer(): Promise<void> {
  if (isLeaveDue.read() || isLockDue.read()) forgetAhead(); // it was answered before
  if (isLeaveDue.read()) await tellLeft();
  if (isLockDue.read()) await tellServer();
  await readMe();
}

/** What becomes of what lies on this device: it is deleted, unless something unsent is to wait for the next sign-in. */
export type Leaving = "nothing-waits" | "keep" | "delete";

/** Sign out here and in the other tabs, and leave no address behind for whoever comes next. */
export async function signOut(how: Leaving = "nothing-waits"): Promise<void> {
  const user = me.peek()?.user.id;
  await settle();
  isLeaveDue.write(true, user);
  await tellLeft().catch((error: unknown) => {
    if (isAway(error)) return; // told as soon as the server is back; nobody gets in before
    isLeaveDue.write(false);
    throw error;
  });
  leave();
  await closed;
  if (user && how !== "keep") await emptyVault(user);
}

/** This device was removed: its sign-in is over, and nothing that lay on it stays. */
export async function leaveHere(user: string | undefined): Promise<void> {
  leave();
  await closed;
  if (user) await giveUp(user);
}

/** The server has taken it, or says that nobody is signed in. */
async function tellLeft(): Promise<void> {
  try {
    await api.POST("/api/v1/auth/logout");
  } catch (error) {
    if (asProblem(error).status !== 401) throw error;
  }
  isLeaveDue.write(false);
  isLockDue.write(false);
}

function leave(): void {
  gate.value = "signed-out";
  history.replaceState(null, "", "/app/sign-in");
  dispatchEvent(new PopStateEvent("popstate")); // so that the router looks at the address anew
}

/** Follow the gate and the other tabs: nothing that was read outlives an open gate. `start` finds out who is here. */
export function watchGate(start: () => void): () => void {
  const stop = watchLeaving();
  const stopAsking = watchServer(enterByServer);
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
    stopAsking();
    deafen();
    removeEventListener("pageshow", back);
    removeEventListener("online", tellLate);
  };
}

// The vault is closed as soon as the gate is; its last words may still be on their way to the disk.
let closed: Promise<void> = Promise.resolve();

function watchLeaving(): () => void {
  let before = gate.peek();
  return effect(() => {
    const now = gate.value;
    if (now !== before) changed(before, now);
    before = now;
  });
}

function changed(before: Gate, now: Gate): void {
  if (now === "open") return;
  forget(now === "signed-out");
  forgetAhead(); // at the start it waits for whoever is found here
  if (now !== "unknown") closed = leaveVault();
  if (now === "signed-out" && before !== "unknown") tell({ kind: now });
  if (now === "locked" && before === "open") tell({ kind: now });
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
