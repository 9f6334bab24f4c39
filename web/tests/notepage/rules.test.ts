import { describe, expect, test } from "vitest";
import { candidates, refusedFields, standing, walkedInAt } from "../../src/notepage/rules.ts";

const saved = { kind: "saved", at: 1 } as const;

describe("what can be done with a note", () => {
  test("goes by the server first, then by the other tab", () => {
    expect(standing(null, saved)).toBe("draft");
    expect(standing({ status: "draft" }, saved)).toBe("draft");
    expect(standing({ status: "draft" }, { kind: "elsewhere" })).toBe("elsewhere");
    expect(standing({ status: "finalized" }, { kind: "elsewhere" })).toBe("final");
    expect(standing({ status: "archived" }, saved)).toBe("archived");
  });
});

test("a refusal points to its fields, also from within a batch", () => {
  const problem = (...pointers: string[]) => ({
    fields: pointers.map((pointer) => ({ pointer, detail: "" })),
  });
  expect([...refusedFields(problem("/plan", "/items/0/objective"))]).toEqual(["objective", "plan"]);
  expect([...refusedFields(problem("/planet"))]).toEqual([]);
  expect([...refusedFields(null)]).toEqual([]);
});

test("a note without an appointment may belong to those without a note, the nearest first", () => {
  const slot = (id: string, start: number, more = {}) => ({
    id,
    status: "scheduled",
    start,
    end: start + 50,
    note: null,
    ...more,
  });
  const slots = [
    slot("earlier", 0),
    slot("noted", 480, { note: { session_id: "x" } }),
    slot("cancelled", 490, { status: "cancelled" }),
    slot("running", 480),
    slot("next", 600),
  ];
  expect(candidates(slots, 500).map(({ id }) => id)).toEqual(["running", "next", "earlier"]);
});

test("who walked in began at the last full five minutes", () => {
  expect(walkedInAt(Date.parse("2026-11-28T10:14:59Z"))).toBe(Date.parse("2026-11-28T10:10:00Z"));
});
