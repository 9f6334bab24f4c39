// PazPaz on the home screen: offered under More, and once when the first note is done and left.
import { signal } from "@preact/signals";
import { t } from "./i18n.ts";
import { keep, kept } from "./kept.ts";
import { say } from "./toasts.ts";

/** What a browser hands out that can install a page (not in every TypeScript's list: it is no standard). */
interface Offer extends Event {
  prompt: () => Promise<unknown>;
}

/** The browser's own offer, kept back until somebody asks for it. */
const offer = signal<Offer | null>(null);
const STAYS = 20_000;
const OFFERED = "install-offered";

export function watchInstall(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer.value = event as Offer;
  });
  addEventListener("appinstalled", () => {
    offer.value = null;
  });
}

const isInstalled = (): boolean => matchMedia("(display-mode: standalone)").matches;
/** Only Safari on a phone or tablet says so; there it is done by hand. */
const isByHand = (): boolean => (navigator as { standalone?: boolean }).standalone === false;

/** How PazPaz comes onto this device's home screen, if it is not there. */
export function wayToInstall(): "offer" | "by-hand" | null {
  if (isInstalled()) return null;
  if (offer.value) return "offer";
  return isByHand() ? "by-hand" : null;
}

/** The browser asks; an offer serves once. */
export async function install(): Promise<void> {
  const taken = offer.value;
  offer.value = null;
  await taken?.prompt();
}

let isDue = false;

/** A note is done: said once it is left, so that nothing of it is covered. */
export function wantInstall(): void {
  isDue = true;
}

/** Say once on this device that PazPaz can be installed. */
export function offerInstall(): void {
  if (!isDue || wayToInstall() !== "offer" || kept(OFFERED)) return;
  keep(OFFERED, "1");
  say(t("ui.install-offer"), { stays: STAYS, action: { label: t("ui.install"), run: () => void install() } });
}
