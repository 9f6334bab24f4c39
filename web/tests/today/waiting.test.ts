import { describe, expect, test } from "vitest";
import type { Slot } from "../../src/today/rules.ts";
import { inOrder, notesNow, officeKind, officeWaiting } from "../../src/today/waiting.ts";
import { ids, ms, reminder, slot } from "./slots.ts";

const NOW = ms("2026-11-29T09:00+02:00");
const inHours = (hours: number, more: Partial<Slot> = {}): Slot => {
  const start = Temporal.Instant.fromEpochMilliseconds(NOW).add({ minutes: Math.round(hours * 60) });
  return slot(start.toString(), start.add({ minutes: 50 }).toString(), more);
};

describe("what waits at the desk", () => {
  test.each([
    ["declined", { client_response: "declined" }, "declined"],
    ["asks to move", { client_response: "move-requested" }, "moves"],
    ["confirmed", { client_response: "confirmed", reminder: reminder("sent") }, null],
    ["reminded, silent", { reminder: reminder("sent") }, "unconfirmed"],
    ["not reminded yet", {}, null],
    ["reminder waits to be sent", { reminder: reminder("pending") }, null],
    ["reminder failed", { reminder: reminder("failed") }, "reminders"],
    ["reminder bounced", { reminder: reminder("bounced") }, "reminders"],
    [
      "declined after one bounced",
      { client_response: "declined", reminder: reminder("bounced") },
      "declined",
    ],
    [
      "cancelled, and not told",
      { status: "cancelled", reminder: reminder("failed", { kind: "cancellation" }) },
      "reminders",
    ],
    ["cancelled after a failed reminder", { status: "cancelled", reminder: reminder("failed") }, null],
    ["cancelled by a client who declined", { status: "cancelled", client_response: "declined" }, null],
  ] as [string, Partial<Slot>, string | null][])("%s", (_case, more, kind) => {
    expect(officeKind(inHours(3, more), NOW)).toBe(kind);
  });

  test("nothing of what has begun", () => {
    expect(officeKind(inHours(0, { client_response: "declined" }), NOW)).toBeNull();
    expect(officeKind(inHours(-1, { reminder: reminder("failed") }), NOW)).toBeNull();
  });

  test("silence counts for 48 hours, also over a night of 25", () => {
    const sent = { reminder: reminder("sent") };
    expect(officeKind(inHours(48, sent), NOW)).toBe("unconfirmed");
    expect(officeKind(inHours(48.1, sent), NOW)).toBeNull();
    const before = ms("2026-10-24T09:00+03:00");
    const after = slot("2026-10-26T08:00+02:00", "2026-10-26T09:00+02:00", sent);
    expect(officeKind(after, before)).toBe("unconfirmed");
    expect(officeKind({ ...after, scheduled_start: "2026-10-26T08:01+02:00" }, before)).toBeNull();
  });

  test("each kind by start, the earliest first", () => {
    const [late, early] = [
      inHours(30, { client_response: "declined" }),
      inHours(2, { client_response: "declined" }),
    ];
    const move = inHours(5, { client_response: "move-requested" });
    const found = officeWaiting([late, move, early], NOW);
    expect(ids(found.get("declined") ?? [])).toEqual([early.id, late.id]);
    expect(ids(found.get("moves") ?? [])).toEqual([move.id]);
    expect(found.has("reminders")).toBe(false);
  });

  test("10,000 are counted to the last", () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      inHours(1 + index, { client_response: index % 2 ? "declined" : "confirmed" }),
    );
    expect(officeWaiting(many, NOW).get("declined")).toHaveLength(5000);
  });
});

describe("notes to write", () => {
  const old = inHours(-30);
  const asked = { rows: [old], total: 144 };
  const readAt = NOW - 20 * 60_000;

  test("an hour that ended since the server was asked joins them, the latest first", () => {
    const ended = inHours(-55 / 60);
    expect(notesNow(asked, readAt, [ended], NOW)).toEqual({ rows: [ended, old], total: 145 });
  });

  test("one that the server counted already is not counted again", () => {
    const before = inHours(-3);
    expect(notesNow(asked, readAt, [before], NOW)).toEqual(asked);
    expect(notesNow(asked, readAt, [old], NOW)).toEqual(asked);
  });

  test("neither is one that runs, was cancelled or has its final note", () => {
    const others = [
      inHours(-0.5),
      inHours(-1, { status: "cancelled" }),
      inHours(-1, { status: "completed", has_finalized_note: true }),
    ];
    expect(notesNow(asked, readAt, others, NOW)).toEqual(asked);
  });
});

test("the queue's order is fixed, and what is empty is left out", () => {
  const group = (kind: Parameters<typeof inOrder>[0][number]["kind"], total = 1) => ({ kind, total });
  const all = ["plans", "declined", "unconfirmed", "notes", "moves", "reminders", "decisions"] as const;
  expect(inOrder([...all.map((kind) => group(kind))]).map(({ kind }) => kind)).toEqual([
    "decisions",
    "notes",
    "reminders",
    "declined",
    "moves",
    "unconfirmed",
    "plans",
  ]);
  expect(inOrder([group("notes", 0), group("plans")])).toEqual([group("plans")]);
});
