// Answered as the app's service worker where there is no app: takes what the browser kept of one out of it.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(leave()));

async function leave() {
  for (const name of await caches.keys()) if (name.startsWith("pazpaz-shell-")) await caches.delete(name);
  await registration.unregister();
}
