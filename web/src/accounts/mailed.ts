import { signal } from "@preact/signals";
import { type Link, linkOf } from "./rules.ts";

/** The mailed link that this page was opened by, until it is used. It leaves the address, and so the history, at once. */
export const mailed = signal<Link | null>(taken());

function taken(): Link | null {
  if (location.pathname !== "/app/sign-in" || !location.hash) return null;
  const link = linkOf(location.hash);
  history.replaceState(null, "", location.pathname);
  return link;
}
