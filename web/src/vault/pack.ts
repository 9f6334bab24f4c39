// The days ahead on one's own device, sealed: what the screens show while the server cannot be reached.
import { signal } from "@preact/signals";
import { api, body, type Schemas } from "../api/client.ts";
import type { Read } from "../api/queries.ts";
import { now } from "../core/clock.ts";
import { isOnline } from "../core/online.ts";
import { today, windowOf } from "../core/zone.ts";
import { sealedGet, sealedPut } from "./life.ts";
import { findWith } from "./note.ts";

export type Pack = Schemas["PackAnswer"];
type Note = Schemas["Session"];
type Slot = Schemas["AgendaItem"];

const NAME = "pack";
const DAYS = 9; // yesterday to a week ahead
const AGAIN = 2 * 3_600_000; // each fetch stands in the history of every client in it

export const pack = signal<Pack | null>(null);

let isOpen = false;

/** Take what lies here, and fetch it anew when it is old. */
export async function openPack({ isOffline = false } = {}): Promise<void> {
  isOpen = true;
  const kept = (await sealedGet(NAME)) as Pack | undefined;
  if (!isOpen) return;
  if (kept) pack.value = kept;
  if (!isOffline && isOld(pack.peek())) void fetchPack().catch(() => undefined); // the old one is better than none
}

/** Nothing of it stays in memory. */
export function closePack(): void {
  isOpen = false;
  pack.value = null;
}

const isOld = (found: Pack | null): boolean =>
  !found ||
  now().epochMilliseconds - Date.parse(found.as_of) > AGAIN ||
  Date.parse(found.from) < Date.parse(window().from);

const window = (): { from: string; to: string } => windowOf(today().subtract({ days: 1 }), DAYS);

async function fetchPack(): Promise<void> {
  const fetched = await body(api.GET("/api/v1/sync/pack", { params: { query: window() } }));
  if (!isOpen) return;
  await sealedPut(NAME, fetched);
  if (isOpen) pack.value = fetched;
}

const asked = new Set<string>();

/** A note is opened for an hour that is newer than the pack: it is fetched anew, once, so that without a connection the note still says whose it is. */
export function wantPacked({ id, scheduled_start }: Pick<Slot, "id" | "scheduled_start">): void {
  const found = pack.peek();
  if (!found || asked.has(id) || found.appointments.some((one) => one.id === id)) return;
  const [at, { from, to }] = [Date.parse(scheduled_start), window()];
  if (at < Date.parse(from) || at >= Date.parse(to)) return;
  asked.add(id);
  void fetchPack().catch(() => void asked.delete(id));
}

/** As the screens have it: `asOf` is when what lies here was fetched, if it is that. */
export type Packed<T> = Read<T> & { asOf: number | null };

/** What a screen shows: the server's answer, or where there is none what lies on this device. */
export function orPacked<T>(read: Read<T>, take: (pack: Pack) => T | undefined): Packed<T> {
  const found = pack.value;
  if (read.data !== undefined || !found || !isAway(read)) return { ...read, asOf: null };
  const data = take(found);
  if (data === undefined) return { ...read, asOf: null };
  const asOf = Date.parse(found.as_of);
  return { ...read, data, problem: null, isLoading: false, readAt: asOf, asOf };
}

const isAway = ({ problem }: Read<unknown>): boolean => !isOnline.value || problem?.status === 0;

/** Whether this client is one of those whose name, last note and plan lie here. */
export const hasClient = (found: Pack, clientId: string): boolean =>
  found.clients.some(({ id }) => id === clientId);

/** The client's newest note before a moment; null if there is none, undefined if nothing of the client lies here. */
export function packedNote(found: Pack, clientId: string, before?: string): Note | null | undefined {
  if (!hasClient(found, clientId)) return undefined;
  const until = before === undefined ? Number.POSITIVE_INFINITY : Date.parse(before);
  const all = found.notes.filter(
    (note) => note.client_id === clientId && Date.parse(note.session_date) < until,
  );
  return all.sort((one, other) => Date.parse(other.session_date) - Date.parse(one.session_date))[0] ?? null;
}

/** Whether all of such days lies here: nothing is said of others. */
export const isPacked = (found: Pack, { from, to }: { from: string; to: string }): boolean =>
  Date.parse(found.from) <= Date.parse(from) && Date.parse(found.to) >= Date.parse(to);

/** Appointments that touch a window. */
export const packedWithin = (found: Pack, { from, to }: { from: string; to: string }): Slot[] =>
  found.appointments.filter(
    (slot) =>
      Date.parse(slot.scheduled_end) > Date.parse(from) && Date.parse(slot.scheduled_start) < Date.parse(to),
  );

// A note is opened from here where the server cannot be asked.
findWith(async (appointmentId) => {
  const note = pack.peek()?.notes.find(({ appointment_id }) => appointment_id === appointmentId);
  return note ?? null;
});
