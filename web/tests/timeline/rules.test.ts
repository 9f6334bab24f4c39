import "temporal-polyfill/global";
import { describe, expect, test } from "vitest";
import { askedOf, byMonth, type Event, KINDS, keyOf, kindOf, toggled } from "../../src/timeline/rules.ts";

const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
const event = (event_date: string, part: Partial<Event> = {}): Event => ({
  event_type: "session",
  event_date,
  title: null,
  description: null,
  appointment_id: null,
  session_id: null,
  plan_id: null,
  milestone_id: null,
  ...part,
});

describe("what is asked of the server", () => {
  test("everything, without a word", () => {
    expect(askedOf({ kinds: [], span: "all" }, day("2026-11-28"), "Asia/Jerusalem")).toEqual({});
  });

  test("kinds are the server's types", () => {
    expect(askedOf({ kinds: ["notes", "milestones"], span: "all" }, day("2026-11-28"), "UTC")).toEqual({
      types: "session,session_finalized,session_amended,milestone_achieved",
    });
  });

  test("a period begins with a day of the practice, in winter time and in summer time", () => {
    const from = (today: string, span: "year" | "quarter"): string | undefined =>
      askedOf({ kinds: [], span }, day(today), "Asia/Jerusalem").from;
    expect(from("2026-11-28", "quarter")).toBe("2026-08-27T21:00:00Z");
    expect(from("2026-11-28", "year")).toBe("2025-11-27T22:00:00Z");
    expect(from("2026-05-31", "quarter")).toBe("2026-02-27T22:00:00Z");
  });
});

test("a kind goes on and off, and all of them are no filter", () => {
  expect(toggled([], "notes")).toEqual(["notes"]);
  expect(toggled(["notes", "plans"], "notes")).toEqual(["plans"]);
  expect(toggled(["appointments", "notes", "plans", "moves"], "milestones")).toEqual([]);
});

test("every type belongs to a kind", () => {
  expect(kindOf("appointment_no_show")).toBe("appointments");
  expect(kindOf("session_amended")).toBe("notes");
  expect(kindOf("plan_discontinued")).toBe("plans");
  expect(kindOf("milestone_achieved")).toBe("milestones");
  expect(kindOf("merged_away")).toBe("moves");
  expect(KINDS).toHaveLength(5);
});

test("events stand by month, in their order; a month that comes back stands again", () => {
  const events = ["2026-12-01", "2026-11-30", "2026-11-01", "2026-12-31"].map((date) => event(date));
  const months = byMonth(events, (instant) => instant.slice(0, 7));
  expect(months.map(({ name, events: some }) => [name, some.length])).toEqual([
    ["2026-12", 1],
    ["2026-11", 2],
    ["2026-12", 1],
  ]);
});

test("a note and its end, and two milestones of one moment, are different rows", () => {
  const at = "2026-11-28T10:00:00Z";
  const keys = [
    event(at, { session_id: "s" }),
    event(at, { session_id: "s", event_type: "session_finalized" }),
    event(at, { event_type: "milestone_achieved", plan_id: "p", milestone_id: "m1" }),
    event(at, { event_type: "milestone_achieved", plan_id: "p", milestone_id: "m2" }),
  ].map(keyOf);
  expect(new Set(keys).size).toBe(4);
});
