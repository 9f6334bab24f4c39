import { useMemo } from "preact/hooks";
import { api, body, ifMatch, type Schemas } from "../api/client.ts";
import { queries, type Read, useRead } from "../api/queries.ts";
import { orPacked, type Packed, packedWithin } from "../vault/pack.ts";

/** An appointment as the calendar holds it: `start` and `end` are milliseconds since 1970. */
export type Appointment = Listed & { start: number; end: number; warnings?: Warning[] };
export type Warning = Schemas["BookingWarning"];
type Listed = Schemas["AgendaItem"];

export type Changes = Schemas["AppointmentUpdate"];
export type NewAppointment = Schemas["AppointmentCreate"];

/** What is read in one go; with `parts`, each appointment brings its client's name and more. */
export interface Window {
  from: string;
  to: string;
  /** One therapist's, or everybody's. */
  therapist: string | null;
  parts: string | null;
}

const MOST = 500;
const keyOf = (window: Window) => ["appointments", "window", window] as const;
const timed = <T extends Listed>(item: T): Appointment => ({
  ...item,
  start: Date.parse(item.scheduled_start),
  end: Date.parse(item.scheduled_end),
});

async function readWindow({ from, to, therapist, parts }: Window): Promise<Appointment[]> {
  const found: Appointment[] = [];
  let cursor: string | null | undefined;
  do {
    const query = {
      from,
      to,
      limit: MOST,
      ...(therapist && { therapist_id: therapist }),
      ...(parts && { include: parts }),
      ...(cursor && { cursor }),
    };
    const page = await body(api.GET("/api/v1/appointments", { params: { query } }));
    found.push(...page.items.map(timed));
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

export function useWindow(window: Window): Packed<Appointment[]> {
  const read = useRead({ queryKey: keyOf(window), queryFn: () => readWindow(window) });
  return orPacked(read, (pack) => packedWithin(pack, window).map(timed));
}

/** All that lies in memory, latest first; nothing is read for it. */
export function loaded(): Appointment[] {
  const all = queries.getQueriesData<Appointment[]>({ queryKey: ["appointments", "window"] });
  const byId = new Map(all.flatMap(([, items]) => items ?? []).map((item) => [item.id, item]));
  return [...byId.values()].sort((a, b) => b.start - a.start);
}

/** One appointment by its id, where no list holds it. */
export function useAppointment(id: string | null): Read<Appointment> {
  return useRead({
    queryKey: ["appointments", id],
    queryFn: () => readAppointment(id ?? ""),
    enabled: id !== null,
  });
}

export async function readAppointment(id: string): Promise<Appointment> {
  const path = { appointment_id: id };
  return timed(
    (await body(api.GET("/api/v1/appointments/{appointment_id}", { params: { path } }))) as Listed,
  );
}

/** What the server holds now, after a refusal said that this page's copy is old. */
export async function reread(old: Appointment): Promise<Appointment> {
  return keep({ ...old, ...(await readAppointment(old.id)), ...beside(old) });
}

export async function change(old: Appointment, changes: Changes): Promise<Appointment> {
  const params = { path: { appointment_id: old.id }, header: ifMatch(old.version) };
  const saved = await body(api.PUT("/api/v1/appointments/{appointment_id}", { params, body: changes }));
  return keep(timed({ ...plain(old), ...saved }));
}

/** Without what was said of an earlier write. */
const plain = ({ warnings: _, ...rest }: Appointment): Appointment => rest;

export type ClientName = NonNullable<Listed["client"]>;

/** With the same key for the same appointment it is booked once, also when the answer was lost. */
export async function book(given: NewAppointment, client: ClientName, key?: string): Promise<Appointment> {
  const params = { header: { "Idempotency-Key": key ?? crypto.randomUUID() } };
  const saved = await body(api.POST("/api/v1/appointments", { body: given, params: params as never }));
  return keep(timed({ ...saved, client, note: null, reminder: null }));
}

/** Off the calendar, until it is restored. */
export async function archive(old: Appointment): Promise<void> {
  const params = { path: { appointment_id: old.id }, header: ifMatch(old.version) };
  await api.DELETE("/api/v1/appointments/{appointment_id}", { params });
  replace(old.id, null);
}

/** Back on the calendar, unless its time was taken meanwhile. */
export async function restore(old: Appointment): Promise<Appointment> {
  const params = { path: { appointment_id: old.id } };
  const saved = await body(api.POST("/api/v1/appointments/{appointment_id}/restore", { params }));
  return keep(timed({ ...plain(old), ...saved }));
}

const beside = ({ client, note, reminder }: Appointment) => ({
  ...(client && { client }),
  ...(note && { note }),
  ...(reminder && { reminder }),
});

/** The server's answer goes into every list that is in memory, so that a write needs no second read. */
function keep(item: Appointment): Appointment {
  replace(item.id, item);
  return item;
}

function replace(id: string, item: Appointment | null): void {
  for (const [key, items] of queries.getQueriesData<Appointment[]>({
    queryKey: ["appointments", "window"],
  })) {
    if (!items) continue;
    const others = items.filter((one) => one.id !== id);
    const belongs = item && isIn(key[2] as Window, item);
    queries.setQueryData(key, belongs ? [...others, item] : others);
  }
  void queries.invalidateQueries({ queryKey: ["appointments"], type: "inactive", refetchType: "none" });
}

const isIn = ({ from, to, therapist }: Window, item: Appointment): boolean =>
  item.end > Date.parse(from) &&
  item.start < Date.parse(to) &&
  (therapist === null || therapist === item.therapist_id);

export type Member = Schemas["User"];
const HOUR = 3_600_000;

/** Who works in the practice, for the names of its therapists. */
export function useTherapists(): Member[] {
  const { data } = useRead({
    queryKey: ["members"],
    queryFn: () => body(api.GET("/api/v1/members", { params: { query: { limit: 100 } } })),
    staleTime: HOUR,
  });
  return useMemo(() => (data?.items ?? []).filter(treats), [data]);
}

const treats = ({ role, status }: Member): boolean => role !== "assistant" && status === "active";
