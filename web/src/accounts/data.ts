import { computed, signal } from "@preact/signals";
import { api, body, type Schemas } from "../api/client.ts";
import { type Gate, gate, isOnItsOwn } from "../api/gate.ts";
import { explain } from "../api/problems.ts";
import { forgetAll } from "../api/queries.ts";
import { forgetAhead } from "../api/sending.ts";
import { isLeaveDue, isLockDue } from "../core/kept.ts";
import { choose, isChosen } from "../core/language.ts";
import { toasts } from "../core/toasts.ts";
import { zone } from "../core/zone.ts";
import { keepMe } from "../vault/alone.ts";
import { enterVault, leaveVault } from "../vault/door.ts";
import { type Link, standing } from "./rules.ts";
import { tell } from "./tabs.ts";

explain({
  "link-not-valid": "accounts.link-not-valid",
  "code-required": "accounts.code-required",
  "code-wrong": "accounts.code-wrong",
  "no-link": "accounts.no-link",
});

export type Me = Schemas["Me"];
export type LinkSent = Schemas["LinkSent"];
export type SignUp = Schemas["SignUp"];

/** Who is signed in here; null while nobody is, or nobody knows. Kept while locked: it names no client. */
export const me = signal<Me | null>(null);

export const role = computed(() => me.value?.user.role ?? null);

/** Ask who is signed in, and open the gate or leave it as the refusal set it. */
export async function readMe(): Promise<void> {
  const before = gate.peek();
  const found = await body(api.GET("/api/v1/auth/me"));
  const now = standing(found);
  if (now === "open" && isAnother(found)) return await lockTheirs();
  if (now === "open") await enterVault(personOf(found));
  if (now === "open" && isShutSince(before)) return await leaveVault();
  isOnItsOwn.value = false;
  show(found, now);
  if (now === "open") await keepMe(found);
}

/** Somebody opened this device without the server, and the sign-in that this browser has is not theirs. */
const isAnother = (found: Me): boolean =>
  isOnItsOwn.peek() && gate.peek() === "open" && me.peek()?.user.id !== found.user.id;

/** A sign-in that was left open is for its own person to open. */
async function lockTheirs(): Promise<void> {
  await api.POST("/api/v1/auth/lock");
  await readMe();
}

/** Whether it was locked or left while the server was asked: an older answer opens nothing. */
const isShutSince = (before: Gate): boolean =>
  gate.peek() !== before && (gate.peek() === "locked" || gate.peek() === "signed-out");

/** The page is this person's from now on. */
export function show(found: Me, now: Gate): void {
  const isOther = me.peek()?.user.id !== found.user.id;
  if (isOther) forgetPerson();
  me.value = found;
  zone.value = found.workspace.timezone;
  if (!isChosen()) choose(found.workspace.locale);
  stand(now, found.user.id, isOther);
}

const personOf = ({ user, workspace }: Me) => ({
  userId: user.id,
  workspaceId: workspace.id,
  treats: user.role !== "assistant",
});

/** Nothing that somebody read or was told is there for whoever comes after them. */
function forgetPerson(): void {
  forgetAll();
  if (me.peek()) forgetAhead();
  toasts.value = [];
}

function stand(now: Gate, user: string, isOther: boolean): void {
  const wasOpen = gate.peek() === "open";
  if (now === "open") {
    for (const due of [isLockDue, isLeaveDue]) {
      if (!isOnItsOwn.peek() || due.isOf(user)) due.write(false); // who is here has been proved since
    }
  }
  gate.value = now;
  if (now === "open" && !wasOpen) tell({ kind: "opened", user });
  else if (isOther) tell({ kind: "came", user });
}

/** By which factors this person can show who they are. */
export const kinds = (): { passkey: boolean; totp: boolean } =>
  me.value?.sign_in?.factors ?? { passkey: true, totp: true };

export const askLink = (email: string): Promise<LinkSent> =>
  body(api.POST("/api/v1/auth/magic-link", { body: { email } }));

export const signUp = (practice: SignUp): Promise<LinkSent> =>
  body(api.POST("/api/v1/auth/signup", { body: practice }));

/** Use a mailed link up. Another browser than the one that asked adds the six digits. */
export async function enterByLink(link: Link, code?: string): Promise<void> {
  await api.POST("/api/v1/auth/verify", { body: { ...link, ...(code && { code }) } });
  await readMe();
}
