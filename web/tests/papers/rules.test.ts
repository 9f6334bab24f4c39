import "temporal-polyfill/global";
import { describe, expect, test } from "vitest";
import { periodOf, Told } from "../../src/papers/rules.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const LINES =
  '{"stage":"waiting","done":0}\n{"stage":"reading","done":1,"of":2}\n{"stage":"ready","bytes":9}\n';
const WHOLE = `${LINES}%PDF\n{x}\n`;

describe("a document that is told while it is made", () => {
  test("is whole however it is cut on its way", async () => {
    for (let size = 1; size <= WHOLE.length; size++) {
      const told = new Told();
      const stages: string[] = [];
      for (let at = 0; at < WHOLE.length; at += size) {
        stages.push(...told.take(bytes(WHOLE.slice(at, at + size))).map(({ stage }) => stage));
      }
      expect(stages).toEqual(["waiting", "reading", "ready"]);
      expect(await told.document()?.text()).toBe("%PDF\n{x}\n");
    }
  });

  test("is none when the answer broke off, before it or within it", () => {
    for (const length of [0, 10, LINES.length, WHOLE.length - 1]) {
      const told = new Told();
      told.take(bytes(WHOLE.slice(0, length)));
      expect(told.document()).toBeNull();
    }
  });

  test("says that it failed, and why", () => {
    const [step] = new Told().take(bytes('{"stage":"failed","slug":"record-too-long","status":422}\n'));
    expect(step).toEqual({ stage: "failed", slug: "record-too-long", status: 422 });
  });
});

describe("the time of a record", () => {
  const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
  const startOf = (at: Temporal.PlainDate): Temporal.Instant =>
    at.toZonedDateTime("Asia/Jerusalem").toInstant();

  test("ends with the last day, also where that has 25 hours", () => {
    expect(periodOf(day("2026-10-25"), day("2026-10-25"), startOf)).toEqual({
      from: "2026-10-24T21:00:00Z",
      to: "2026-10-25T22:00:00Z",
    });
  });

  test("is none without both days, and when it ends before it begins", () => {
    expect(periodOf(null, day("2026-10-25"), startOf)).toBeNull();
    expect(periodOf(day("2026-10-25"), null, startOf)).toBeNull();
    expect(periodOf(day("2026-10-26"), day("2026-10-25"), startOf)).toBeNull();
  });
});
