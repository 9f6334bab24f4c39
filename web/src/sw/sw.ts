// The service worker: keeps the app's shell, and nothing else. A version is installed whole, each file as the build left it, or not at all.
import { guess, languageOf, partOf, SCOPE, SCRIPT } from "./rules.ts";
import type { Fetching, Scope } from "./scope.ts";

// Written in by tools/worker.ts.
declare const BUILT: { version: string; files: [path: string, integrity: string][] };

const worker = self as unknown as Scope;
const OURS = "pazpaz-shell-";
const NAME = OURS + BUILT.version;
const FILES = new Set(BUILT.files.map(([path]) => path));
const AS_KEPT = { ignoreVary: true }; // the pages are asked for by their exact names

async function install(): Promise<void> {
  const cache = await caches.open(NAME);
  try {
    await Promise.all(BUILT.files.map(async ([path, is]) => cache.put(path, await whole(path, is))));
  } catch (error) {
    await caches.delete(NAME);
    throw error;
  }
}

/** A file of this version, and of no other; what the browser kept of it may be broken. */
async function whole(path: string, integrity: string): Promise<Response> {
  const ask = (cache: RequestCache): Promise<Response> => fetch(path, { integrity, cache });
  return await ask(path.startsWith(`${SCOPE}assets/`) ? "default" : "no-cache").catch(() => ask("reload"));
}

async function activate(): Promise<void> {
  await worker.clients.claim();
  await tidy();
}

/** Drop the versions before this one that no tab runs any more; each tab holds a lock by its script (shell/worker.ts). */
async function tidy(): Promise<void> {
  const kept = (await caches.keys()).filter((name) => name.startsWith(OURS));
  const before = kept.slice(0, kept.indexOf(NAME)); // in the order they were made
  if (!before.length) return;
  const { held = [] } = await navigator.locks.query();
  const running = held.flatMap(({ name }) => (name?.startsWith(OURS) ? [name.slice(OURS.length)] : []));
  for (const name of before) {
    const cache = await caches.open(name);
    const found = await Promise.all(running.map((script) => cache.match(script, AS_KEPT)));
    if (!found.some(Boolean)) await caches.delete(name);
  }
}

/** This version's file, or that of one before which a tab still runs. */
async function file(request: Request): Promise<Response> {
  const own = await (await caches.open(NAME)).match(request, AS_KEPT);
  return own ?? (await caches.match(request, AS_KEPT)) ?? (await fetch(request));
}

/** A server that says nothing for so long is not waited for: what is kept answers. */
const PATIENCE = 4_000;

function soon(asked: Promise<Response | undefined>): Promise<Response | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE));
  return Promise.race([asked.catch(() => undefined), late]);
}

/**
 * A page as whoever is signed in gets it. To whom nobody is signed in (the page switched the preload on: shell/worker.ts),
 * whose language nobody knows, or for whom a newer version waits and no other tab is open, the server answers, if it does.
 */
async function page(event: Fetching): Promise<Response> {
  const cookie = await worker.cookieStore?.get("pazpaz_language");
  const language = languageOf(cookie?.value);
  const next = await waitingForThis();
  const answer = await soon(serverSays(event, language === null || next !== null));
  if (answer && answer.status < 500) {
    next?.postMessage("take-over"); // not before: what is shown from here needs the files of this version
    return answer;
  }
  const name = `${SCOPE}index.${language ?? guess(navigator.languages)}.html`;
  return (await (await caches.open(NAME)).match(name, AS_KEPT)) ?? answer ?? (await fetch(event.request));
}

/** What the server says to somebody it has to be asked for. */
async function serverSays(event: Fetching, mustAsk: boolean): Promise<Response | undefined> {
  const asked = await event.preloadResponse.catch(() => undefined);
  if (asked && asked.status < 500) return asked;
  return mustAsk ? await fetch(event.request).catch(() => asked) : asked;
}

/** The newer version that waits, if this is the only tab. */
async function waitingForThis(): Promise<ServiceWorker | null> {
  const next = worker.registration.waiting;
  return next && (await worker.clients.matchAll({ type: "window" })).length <= 1 ? next : null;
}

/** The server has no app any more: what the browser kept of it is not shown again. Silence says nothing, and holds nothing up. */
async function leaveIfGone(): Promise<void> {
  const answer = await soon(fetch(SCRIPT, { cache: "no-store" }));
  if (answer?.status === 404 || answer?.status === 410) await worker.registration.unregister();
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const part = partOf(event.request, location.origin, FILES);
  if (part === "file") event.respondWith(file(event.request));
  if (part !== "page") return;
  event.respondWith(page(event));
  event.waitUntil(tidy());
});
worker.addEventListener("message", (event) => {
  if (event.data === "take-over") event.waitUntil(worker.skipWaiting());
  if (event.data === "is-it-gone") event.waitUntil(leaveIfGone());
});
