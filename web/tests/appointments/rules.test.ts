import { describe, expect, test, vi } from "vitest";
import type { Appointment } from "../../src/appointments/data.ts";
import { backTo, changesOf, isRefused, lengthsWith, valuesOf } from "../../src/appointments/form.ts";
import { habitOf, needsNote, recentClients, stateOf } from "../../src/appointments/rules.ts";

vi.stubGlobal("location", { origin: "http://localhost" });
vi.stubGlobal("document", { documentElement: { lang: "he" }, cookie: "" });
const { Problem } = await import("../../src/api/problems.ts");

const START = Date.parse("2026-11-29T08:00:00Z");
const MINUTE = 60_000;
const client = (id: string) => ({ id, first_name: id, last_name: "x", phone: null });
const item = (given: Partial<Appointment> = {}): Appointment =>
  ({
    id: "a",
    client_id: "c",
    client: client("c"),
    therapist_id: "t",
    start: START,
    end: START + 50 * MINUTE,
    status: "scheduled",
    location_type: "clinic",
    location: null,
    service_name: null,
    logistics: null,
    notes: null,
    has_finalized_note: false,
    client_response: null,
    version: 1,
    ...given,
  }) as Appointment;

describe("what is said of an appointment", () => {
  test.each([
    [{}, START, "unanswered"],
    [{}, START + 60 * MINUTE, "past"],
    [{ client_response: "declined" }, START, "declined"],
    [{ client_response: "confirmed" }, START + 60 * MINUTE, "confirmed"],
    [{ client_response: "confirmed", status: "cancelled" }, START, "cancelled"],
    [{ client_response: "confirmed", status: "no_show" }, START, "no-show"],
  ] as const)("%j", (given, now, state) => {
    expect(stateOf(item(given), now)).toBe(state);
  });

  test("a note is missing where the meeting was, and no other", () => {
    const later = START + 60 * MINUTE;
    expect(needsNote(item(), later)).toBe(true);
    expect(needsNote(item(), START)).toBe(false);
    expect(needsNote(item({ status: "cancelled" }), later)).toBe(false);
    expect(needsNote(item({ has_finalized_note: true }), later)).toBe(false);
  });
});

describe("booking as last time", () => {
  const last = item({ end: START + 75 * MINUTE, location_type: "online", service_name: "Couples" });
  test("takes length, place and service of the latest one that was not cancelled", () => {
    expect(habitOf("c", [item({ status: "cancelled", service_name: "No" }), last, item()])).toEqual({
      minutes: 75,
      location_type: "online",
      location: null,
      service_name: "Couples",
    });
  });

  test("is 50 minutes in the clinic for somebody new", () => {
    expect(habitOf("new", [last])).toMatchObject({ minutes: 50, location_type: "clinic" });
  });

  test("offers each client once, the latest first", () => {
    const all = ["b", "c", "b", "d"].map((id) => item({ client: client(id) }));
    expect(recentClients(all, 2).map(({ id }) => id)).toEqual(["b", "c"]);
  });
});

describe("a form", () => {
  const before = valuesOf(item({ notes: "clinical" }));
  test("sends what was touched, and nothing clinical by the way", () => {
    expect(changesOf(before, before)).toEqual({});
    expect(changesOf(before, { ...before, logistics: "Key" })).toEqual({ logistics: "Key" });
    expect(changesOf(before, { ...before, notes: " " })).toEqual({ notes: null });
  });

  test("sends a time whole, also when only the length changed", () => {
    expect(changesOf(before, { ...before, minutes: 60 })).toEqual({
      scheduled_start: "2026-11-29T08:00:00.000Z",
      scheduled_end: "2026-11-29T09:00:00.000Z",
    });
  });

  test("an undo puts back all that changed", () => {
    const was = item();
    const saved = item({ status: "cancelled", service_name: "New", version: 2 });
    expect(backTo(was, saved)).toEqual({ status: "scheduled", service_name: null });
  });

  test("a refusal is shown at its field", () => {
    const problem = new Problem(422, "invalid-input", { errors: [{ pointer: "/location", detail: "x" }] });
    expect([isRefused(problem, "location"), isRefused(problem, "notes"), isRefused(null, "notes")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("an unusual length can be kept", () => {
    expect(lengthsWith(55)).toContain(55);
    expect(lengthsWith(50).filter((one) => one === 50)).toHaveLength(1);
  });
});
