import { effect } from "@preact/signals";
import { api } from "../api/client.ts";
import { gate } from "../api/gate.ts";
import { asProblem } from "../api/problems.ts";
import { forgetAll } from "../api/queries.ts";
import { isLockDue } from "../core/preferences.ts";
import { toasts } from "../core/toasts.ts";
import { me, readMe } from "./data.ts";
import { hear, type Said, tell } from "./tabs.ts";

/** Lock: the page shows nothing more at once; the server opens nothing more as soon as it hears of it. */
export async function lock(): Promise<void> {
  gate.value = "locked";
  await tellServer();
}

async function tellServer(): Promise<void> {
  isLockDue.write(true);
  try {
    await api.POST("/api/v1/auth/lock");
  } catch (error) {
    if (asProblem(error).status === 0) return;
  }
  isLockDue.write(false);
}

/** Find out who is signed in; a lock that the server has not heard of comes first. */
export async function enter(): Promise<void> {
  if (isLockDue.read()) await tellServer();
  await readMe();
}

/** Sign out here and in the other tabs, and leave no address behind for whoever comes next. */
export async function signOut(): Promise<void> {
  try {
    await api.POST("/api/v1/auth/logout");
  } catch (error) {
    if (asProblem(error).status !== 401) throw error;
  }
  leave();
}

function leave(): void {
  gate.value = "signed-out";
  history.replaceState(null, "", "/app/sign-in");
  dispatchEvent(new PopStateEvent("popstate")); // so that the router looks at the address anew
}

/** Follow the gate and the other tabs: nothing that was read outlives an open gate. */
export function watchGate(): () => void {
  let wasOpen = false;
  const stop = effect(() => {
    const now = gate.value;
    if (now !== "open") forget(now === "signed-out");
    if (wasOpen && (now === "locked" || now === "signed-out")) tell({ kind: now });
    wasOpen = now === "open";
  });
  const deafen = hear(follow);
  return () => {
    stop();
    deafen();
  };
}

function forget(everybody: boolean): void {
  forgetAll();
  toasts.value = [];
  if (everybody) me.value = null;
}

function follow(said: Said): void {
  if (said.kind === "locked" && gate.peek() === "open") gate.value = "locked";
  if (said.kind === "signed-out" && gate.peek() !== "signed-out") leave();
  if (said.kind === "opened" && !(gate.peek() === "open" && me.peek()?.user.id === said.user)) {
    gate.value = "unknown";
    void readMe().catch(() => undefined);
  }
}
