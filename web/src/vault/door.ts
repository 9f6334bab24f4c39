// Which vault opens here, for whom and by what; `life.ts` has the keys themselves.
import { signal } from "@preact/signals";
import { api, body } from "../api/client.ts";
import { asProblem } from "../api/problems.ts";
import {
  createDisk,
  destroyVault,
  lockVault,
  openDisk,
  openMemory,
  type Whose,
  wrapAlso,
  wraps,
} from "./life.ts";
import { alone } from "./locks.ts";
import { moveToDisk } from "./moving.ts";
import { forgetDataKey, opened as vaultNow } from "./opened.ts";
import { countSealed, dropHandle } from "./outside.ts";
import { forgetOwn, isShared, keepOwn, type Own, ownOf, owns } from "./owns.ts";
import { closePack } from "./pack.ts";
import { waiting } from "./waiting.ts";

/** Somebody who is signed in; only who treats writes notes. */
export interface Person {
  workspaceId: string;
  userId: string;
  treats: boolean;
}

/** What this browser was said to be. Until somebody says, nothing is kept on it. */
export type Place = "unasked" | "shared" | "own";
export const place = signal<Place>("unasked");

/** What happened to what lay here, until the person has read it. */
export const trouble = signal<"removed" | "unreadable" | null>(null);

/** Counts up whenever another vault than before stands behind the screens. */
export const epoch = signal(0);

let opened: { whose: Whose; isConfirmed: boolean } | null = null;
let gesture: Uint8Array | null = null;
let last: Whose | null = null;
let closing: Promise<void> = Promise.resolve();

/** Resolves when nothing of the vault before is still on its way to the disk. */
export const isClosed = (): Promise<void> => closing;

/** Whose vault is open on the disk of this device. */
export const openHere = (): Own | null => {
  const whose = opened?.whose;
  return whose?.deviceId ? { ...whose, deviceId: whose.deviceId } : null;
};

/** A passkey was shown: from now on the same one alone opens what lies here. Taken along until the vault is open. */
export async function hold(prf: Uint8Array | null): Promise<void> {
  gesture = prf;
  if (openHere()) await keepGesture();
}

/** Open what belongs to whoever has just proved who they are; a Problem if it cannot be known yet. */
export const enterVault = (person: Person): Promise<void> => alone(() => enter(person));

async function enter(person: Person): Promise<void> {
  const own = person.treats ? ownOf(person.userId) : null;
  const whose: Whose = own ?? { workspaceId: person.workspaceId, userId: person.userId, deviceId: null };
  await closing;
  if (opened && !isSame(opened.whose, whose)) await leaveVault();
  await dropOthers(person.userId);
  if (!own) stayInMemory(whose, person.treats);
  else if (opened) await confirmed(own);
  else if (await openDisk(own, { handle: true })) {
    stand(own, false);
    void confirmed(own).catch(() => undefined); // asked again the next time the server says who is here
  } else await openBySecret(own);
  await keepGesture();
}

/** Whoever was here before and closed the window without a lock: nobody else goes on in what is theirs. */
const dropOthers = async (userId: string): Promise<unknown> =>
  Promise.all(owns().map(async (own) => own.userId === userId || (await dropHandle(own))));

/** Whether this is still the vault behind the screens: somebody may have locked it while the server was asked. */
const isStill = (whose: Whose): boolean => opened !== null && isSame(opened.whose, whose);

const isSame = (one: Whose, other: Whose): boolean =>
  one.userId === other.userId && one.deviceId === other.deviceId;

function stayInMemory(whose: Whose, treats: boolean): void {
  if (opened) return;
  openMemory(whose);
  opened = { whose, isConfirmed: true };
  place.value = treats && !isShared.read() ? "unasked" : "shared";
}

/** This vault is the one behind the screens from now on. */
export function stand(own: Own, isConfirmed: boolean): void {
  opened = { whose: own, isConfirmed };
  place.value = "own";
}

/** The server gives a device's secret to its person only, and to nobody once it is removed. */
async function secretOf({ deviceId }: Own): Promise<Uint8Array | null> {
  const params = { path: { device_id: deviceId } };
  try {
    return bytesOf((await body(api.POST("/api/v1/auth/devices/{device_id}/secret", { params }))).secret);
  } catch (error) {
    if (asProblem(error).slug === "device-removed") return null;
    throw error;
  }
}

/** A server that knows nothing of the device, such as an older copy of it, does not say that it was removed. */
function ifUnknown(error: unknown): undefined {
  if (asProblem(error).status !== 404) throw error;
}

function bytesOf(base64url: string): Uint8Array {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

async function openBySecret(own: Own): Promise<void> {
  const secret = await secretOf(own).catch(ifUnknown);
  if (secret === null) return await wasRemoved(own);
  if (secret && (await openDisk(own, { secret }))) return stand(own, true);
  if (!secret || (await wraps(own)).secret) {
    trouble.value = "unreadable";
    return stayInMemory({ ...own, deviceId: null }, true);
  }
  await createDisk(own, secret);
  stand(own, true);
}

/** A device that goes on by itself still asks whether it may. */
async function confirmed(own: Own): Promise<void> {
  if (opened?.isConfirmed) return;
  const secret = await secretOf(own).catch(ifUnknown);
  if (!opened || !isStill(own)) return;
  if (secret === null) return await wasRemoved(own);
  if (secret) opened.isConfirmed = true;
}

/** Removed elsewhere: nothing that lies here can be opened any more, and nothing of it stays. */
async function wasRemoved(own: Own): Promise<void> {
  await leaveVault();
  await forget(own);
  trouble.value = "removed";
  stayInMemory({ ...own, deviceId: null }, true);
  epoch.value += 1;
}

async function forget(own: Own): Promise<void> {
  await destroyVault(own);
  forgetOwn(own);
}

async function keepGesture(): Promise<void> {
  const prf = gesture;
  gesture = null;
  if (prf) await alsoBy({ prf });
}

/** The open vault opens by this too from now on. Only the server's secret shows that it may. */
async function alsoBy(key: { prf: Uint8Array } | { passphrase: string }): Promise<void> {
  const own = openHere();
  const secret = own && (await secretOf(own));
  if (!secret || !isStill(own) || !(await openDisk(own, { secret }))) return;
  if (!isStill(own)) return await leaveVault();
  try {
    await wrapAlso(key);
  } finally {
    const disk = vaultNow.peek()?.disk;
    if (disk) forgetDataKey(disk);
  }
}

/** "This is my own device": from now on it keeps what is typed, encrypted. */
export const makeOwn = (name: string): Promise<void> => alone(() => call(name));

async function call(name: string): Promise<void> {
  const whose = opened?.whose;
  if (!whose || whose.deviceId) return;
  const made = await body(api.POST("/api/v1/auth/devices", { body: { name } }));
  if (!isStill(whose)) return;
  const own: Own = { ...whose, deviceId: made.id };
  await moveToDisk(whose, own, bytesOf(made.secret));
  keepOwn(own);
  stand(own, true);
  epoch.value += 1; // what is open is opened anew, from there
}

/** "Others use it too": nothing is kept on it. */
export function makeShared(): void {
  isShared.write();
  place.value = "shared";
}

/** What lay here is gone, and this browser is nobody's own any more. */
export async function giveUp(userId: string): Promise<void> {
  const own = ownOf(userId);
  await leaveVault();
  if (own) await forget(own);
}

/** Lock: every key and everything decrypted is gone from this page; what is unsent stays, sealed. */
export async function leaveVault(): Promise<void> {
  last = opened?.whose ?? last;
  opened = null;
  gesture = null;
  closePack();
  closing = closing.then(shut);
  await closing;
}

/** A vault that was not open here may have a handle from before. */
async function shut(): Promise<void> {
  await lockVault();
  await Promise.all(owns().map(dropHandle));
}

/** Nothing waits any more: what lies here for this person is deleted. It stays their own device. */
export async function emptyVault(userId: string): Promise<void> {
  await leaveVault();
  const gone = ownOf(userId) ?? last;
  if (gone?.userId === userId) await destroyVault(gone);
}

export const alsoByPassphrase = (passphrase: string): Promise<void> => alsoBy({ passphrase });

/** By what the vault that is open can be opened without the server. */
export async function waysOf(): Promise<{ prf: boolean; passphrase: boolean }> {
  const own = openHere();
  return own ? await wraps(own) : { prf: false, passphrase: false };
}

/** How many things of a person the server has not acknowledged; a closed vault is counted, not opened. */
export async function unsentOf(userId: string | undefined): Promise<number> {
  if (opened && opened.whose.userId === userId) return waiting.peek().length;
  const own = userId ? ownOf(userId) : null;
  return own ? await countSealed(own) : 0;
}

/** The same for everybody whose own device this is. */
export async function unsentHere(): Promise<number> {
  await closing;
  const counts = await Promise.all(owns().map(countSealed));
  return counts.reduce((sum, count) => sum + count, 0);
}
