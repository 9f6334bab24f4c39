// The page's side of the service worker (sw/sw.ts): when it is installed, whom it answers, what happens when a newer one waits.
import { effect, signal } from "@preact/signals";
import { type Gate, gate } from "../api/gate.ts";
import { workerScript } from "../core/policy.ts";
import { isOnlyInWindow } from "../vault/waiting.ts";

const SCOPE = "/app/";
const QUIET = 3_000; // what is on the screen is loaded first
const ASK_EVERY = 30 * 60_000;

/** A newer version is ready: here, or taken by another tab already. */
export const isNewer = signal(false);

const WRITTEN = ["/app/notes/", "/app/conflicts/"];

/** Where somebody writes, or while words are in this window alone, nothing is loaded anew. */
export const isWriting = (path: string): boolean =>
  isOnlyInWindow.value || WRITTEN.some((start) => path.startsWith(start));

const container = "serviceWorker" in navigator && import.meta.env.PROD ? navigator.serviceWorker : null;
let isAsked = false;
let lastAsked = Date.now();

/** Follow the gate: the worker comes with the first sign-in, and answers for the server while somebody is signed in. */
export function watchWorker(): void {
  if (!container) return;
  stayKnown();
  const before = container.controller;
  container.addEventListener("controllerchange", () => {
    // It may come long after it was asked for.
    if (isAsked && !isWriting(location.pathname)) location.reload();
    else if (before) isNewer.value = true;
    isAsked = false;
  });
  document.addEventListener("visibilitychange", () => void askForNewer().catch(() => undefined));
  effect(() => void follow(gate.value).catch(() => undefined)); // without a worker everything works but the start offline
}

/** As long as this tab runs, the files of its version are kept. */
function stayKnown(): void {
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]');
  if (!script) return;
  const name = `pazpaz-shell-${new URL(script.src).pathname}`;
  void navigator.locks?.request(name, { mode: "shared" }, () => new Promise(() => {}));
}

async function follow(now: Gate): Promise<void> {
  if (now === "unknown") return;
  const registration = (await container?.getRegistration(SCOPE)) ?? (now === "open" ? await install() : null);
  if (!registration) return;
  look(registration);
  const { navigationPreload } = (await container?.ready) ?? registration;
  await navigationPreload?.[gate.peek() === "signed-out" ? "enable" : "disable"]();
}

async function install(): Promise<ServiceWorkerRegistration | undefined> {
  await new Promise((resolve) => setTimeout(resolve, QUIET));
  if (gate.peek() !== "open") return undefined;
  return await container?.register(workerScript(), { scope: SCOPE, updateViaCache: "none" });
}

const looked = new WeakSet<ServiceWorkerRegistration>();

function look(registration: ServiceWorkerRegistration): void {
  if (registration.waiting) isNewer.value = true;
  if (looked.has(registration)) return;
  looked.add(registration);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => {
      if (coming.state === "installed" && registration.active) isNewer.value = true;
    });
  });
}

/** A tab that is open for days hears of a newer version when somebody comes back to it. */
async function askForNewer(): Promise<void> {
  if (document.hidden || Date.now() - lastAsked < ASK_EVERY) return;
  lastAsked = Date.now();
  const registration = await container?.getRegistration(SCOPE);
  await registration?.update().catch(() => registration.active?.postMessage("is-it-gone"));
}

/** Change to the newer version, in this tab; the others go on with theirs until they are loaded anew. */
export async function takeNewer(): Promise<void> {
  const registration = await container?.getRegistration(SCOPE);
  isAsked = true;
  if (registration?.waiting) registration.waiting.postMessage("take-over");
  else location.reload();
}
