// A move is drawn at once, sent with the version it was made on, and put back if the server refuses it.
import { signal } from "@preact/signals";
import { api, body } from "../api/client.ts";
import { asProblem, type Problem, wordsOf } from "../api/problems.ts";
import { type Appointment, change, reread } from "../appointments/data.ts";
import { nameOf } from "../appointments/rules.ts";
import { longDay, time } from "../core/format.ts";
import { ltr, t } from "../core/i18n.ts";
import { rephrase, say } from "../core/toasts.ts";
import { inZone } from "../core/zone.ts";
import type { Times } from "./rules.ts";

const held = signal<ReadonlyMap<string, Times>>(new Map());
const sending = new Map<string, Promise<Appointment | null>>();

export const isoOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

export const at = (item: Appointment, { start, end }: Times): Appointment => ({
  ...item,
  start,
  end,
  scheduled_start: isoOf(start),
  scheduled_end: isoOf(end),
});

/** As they are drawn: where a move that is not answered yet has put them. */
export function moved(items: readonly Appointment[]): readonly Appointment[] {
  const moves = held.value;
  if (moves.size === 0) return items;
  return items.map((item) => {
    const move = moves.get(item.id);
    return move ? at(item, move) : item;
  });
}

function hold(id: string, times: Times | null): void {
  const moves = new Map(held.value);
  if (times) moves.set(id, times);
  else moves.delete(id);
  held.value = moves;
}

type Show = (id: string) => void;

/** Move it; a second move of the same one waits for the first one's answer. */
export async function move(item: Appointment, times: Times, show: Show): Promise<void> {
  const before = sending.get(item.id);
  hold(item.id, times);
  const mine = (before ?? Promise.resolve(item)).then((base) => send(base ?? item, times, show));
  sending.set(item.id, mine);
  await mine;
  if (sending.get(item.id) !== mine) return;
  sending.delete(item.id);
  hold(item.id, null);
}

async function send(item: Appointment, times: Times, show: Show): Promise<Appointment | null> {
  try {
    const changes = { scheduled_start: isoOf(times.start), scheduled_end: isoOf(times.end) };
    const saved = await change(item, changes);
    tell(saved, item, show);
    warn(saved, show);
    return saved;
  } catch (error) {
    await refused(item, asProblem(error), show);
    return null;
  }
}

/** What the refusal means, and what can be done: look at the other one, or at what is there now. */
export async function refused(item: Appointment, problem: Problem, show: Show): Promise<void> {
  const other = problem.members.appointment_id;
  const isOther = typeof other === "string";
  say(wordsOf(problem), {
    kind: "problem",
    ...(isOther && { action: { label: t("calendar.show-other"), run: () => show(other) } }),
  });
  if (problem.status === 412) await reread(item).catch(() => undefined);
}

/** It was carried out, and something else is at that time: two therapists, or one room. Look at the other one. */
export function warn({ warnings = [] }: Appointment, show: Show): void {
  for (const kind of ["client", "place"] as const) {
    const other = warnings.find((one) => one.kind === kind);
    if (!other) continue;
    const more = { label: t("calendar.show-other"), run: () => show(other.appointment_id) };
    say(t(WARNED[kind]), { kind: "problem", more, stays: STAYS });
  }
}

const WARNED = { client: "calendar.client-twice", place: "calendar.place-twice" } as const;

const wasTold = ({ reminder }: Appointment): boolean =>
  reminder?.status === "sent" && reminder.kind !== "cancellation";

/** Say where it is now, and whether and when the client will hear of it. */
export function tell(saved: Appointment, was: Appointment, show: Show): void {
  const what = t("calendar.moved", { name: nameOf(saved.client), when: whenOf(saved) });
  const undo = { label: t("ui.undo"), run: () => void move(saved, { start: was.start, end: was.end }, show) };
  if (saved.start === was.start && saved.end === was.end) say(what, { action: undo });
  else if (!wasTold(was)) say(`${what} ${t("calendar.not-told")}`, { action: undo });
  else {
    const id = say(`${what} ${t("calendar.told-soon")}`, { action: undo, stays: STAYS });
    void follow(id, what, saved);
  }
}

const STAYS = 16_000;
const ASKED_AFTER = [4000, 7000];

/** The worker plans the message within ten seconds; it is asked for twice, then the server's rule stands as said. */
async function follow(toast: number, what: string, saved: Appointment): Promise<void> {
  for (const wait of ASKED_AFTER) {
    await new Promise((go) => setTimeout(go, wait));
    if (!rephrase(toast, `${what} ${t("calendar.told-soon")}`)) return;
    const row = await planned(saved).catch(() => null);
    if (!row) continue;
    const words =
      row.status === "sent" ? t("calendar.told") : t("calendar.told-at", { time: clock(row.due_at) });
    rephrase(toast, `${what} ${row.status === "skipped" ? t("calendar.told-never") : words}`);
    return;
  }
}

async function planned({ id, start }: Appointment) {
  const params = { path: { appointment_id: id } };
  const { items } = await body(api.GET("/api/v1/appointments/{appointment_id}/reminders", { params }));
  return (
    items.find((one) => one.kind === "rescheduling" && Date.parse(one.scheduled_start) === start) ?? null
  );
}

const clock = (instant: string): string => ltr(time(instant));

export const whenOf = ({ scheduled_start }: Pick<Appointment, "scheduled_start">): string =>
  t("calendar.when", {
    day: longDay(inZone(scheduled_start).toPlainDate()),
    time: clock(scheduled_start),
  });
