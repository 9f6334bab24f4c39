import { describe, expect, test } from "vitest";
import {
  byDay,
  hasOthers,
  isFirstDay,
  leftOf,
  minutesUntil,
  noteDue,
  nowAndNext,
  partOver,
  type Slot,
  scopeOf,
  wasReminded,
  within,
} from "../../src/today/rules.ts";
import { ids, ms, reminder, slot } from "./slots.ts";

const ZONE = "Asia/Jerusalem";
const day = Temporal.PlainDate.from;
const at = (time: string): string => `2026-11-29T${time}+02:00`;
const hour = (from: string, to: string, more: Partial<Slot> = {}): Slot => slot(at(from), at(to), more);

describe("whom now, whom next", () => {
  const first = hour("09:00", "09:50");
  const second = hour("10:00", "10:50");

  test.each([
    ["08:59", [], [first]],
    ["09:00", [first], [second]],
    ["09:49", [first], [second]],
    ["09:50", [], [second]],
    ["10:50", [], []],
  ])("at %s", (time, current, next) => {
    expect(nowAndNext([first, second], ms(at(time)))).toEqual({ current, next });
  });

  test("two that overlap are both now, two that begin together both next", () => {
    const long = hour("09:30", "11:00");
    const twin = hour("12:00", "12:30");
    const other = hour("12:00", "13:00");
    const found = nowAndNext([first, long, second, twin, other], ms(at("09:40")));
    expect(ids(found.current)).toEqual(ids([first, long]));
    expect(ids(found.next)).toEqual([second.id]);
    expect(ids(nowAndNext([twin, other], ms(at("11:30"))).next)).toEqual(ids([twin, other]));
  });

  test("nobody is expected who cancelled, was missed or said that they cannot come", () => {
    const off = [
      hour("09:00", "10:00", { status: "cancelled" }),
      hour("09:00", "10:00", { status: "no_show" }),
      hour("09:00", "10:00", { client_response: "declined" }),
    ];
    expect(nowAndNext(off, ms(at("09:10")))).toEqual({ current: [], next: [] });
    expect(nowAndNext([...off, second], ms(at("08:00"))).next).toEqual([second]);
    expect(leftOf([...off, second], ms(at("08:00")))).toBe(1);
  });

  test("an empty day", () => {
    expect(nowAndNext([], ms(at("09:00")))).toEqual({ current: [], next: [] });
  });

  test("one whose note is final before it ends is still now, and is not next", () => {
    const done = hour("09:00", "10:00", { status: "completed" });
    expect(nowAndNext([done], ms(at("09:30"))).current).toEqual([done]);
    expect(nowAndNext([done], ms(at("08:30"))).next).toEqual([]);
  });

  test("how long it is until then, and how much is over", () => {
    expect(minutesUntil(ms(at("09:00")), ms(at("08:58:20")))).toBe(2);
    expect(partOver(first, ms(at("09:25")))).toBe(0.5);
    expect(partOver(first, ms(at("08:00")))).toBe(0);
    expect(partOver(first, ms(at("12:00")))).toBe(1);
  });
});

describe("the days", () => {
  const days = (slots: Slot[], first: string, count = 2): string[][] =>
    byDay(slots, day(first), count, ZONE).map((one) => ids(one.slots));

  test("an hour over midnight stands on the day it begins, and on today if it began yesterday", () => {
    const night = slot("2026-11-28T23:30+02:00", "2026-11-29T00:30+02:00");
    expect(days([night], "2026-11-28")).toEqual([[night.id], []]);
    expect(days([night], "2026-11-29")).toEqual([[night.id], []]);
  });

  test("midnight is the practice's, not the device's or UTC's", () => {
    const late = slot("2026-11-28T21:59Z", "2026-11-28T22:30Z");
    const early = slot("2026-11-28T22:00Z", "2026-11-28T22:30Z");
    expect(days([late, early], "2026-11-28")).toEqual([[late.id], [early.id]]);
  });

  test("the day of 23 hours and the day of 25 hours hold what begins in them", () => {
    const spring = slot("2026-03-27T23:50+03:00", "2026-03-28T00:40+03:00");
    const springNext = slot("2026-03-28T00:10+03:00", "2026-03-28T01:00+03:00");
    expect(days([spring, springNext], "2026-03-27")).toEqual([[spring.id], [springNext.id]]);
    const autumn = slot("2026-10-25T23:50+02:00", "2026-10-26T00:40+02:00");
    const autumnNext = slot("2026-10-26T00:10+02:00", "2026-10-26T01:00+02:00");
    expect(days([autumn, autumnNext], "2026-10-25")).toEqual([[autumn.id], [autumnNext.id]]);
  });

  test("between the two hours of one name, now is the one that runs", () => {
    const first = slot("2026-10-25T01:10+03:00", "2026-10-25T01:40+03:00");
    const again = slot("2026-10-25T01:10+02:00", "2026-10-25T01:40+02:00");
    expect(nowAndNext([first, again], ms("2026-10-25T01:20+03:00"))).toEqual({
      current: [first],
      next: [again],
    });
    expect(nowAndNext([first, again], ms("2026-10-25T01:20+02:00"))).toEqual({ current: [again], next: [] });
  });

  test("what is beyond the days shown is left out", () => {
    const far = slot("2026-12-01T09:00+02:00", "2026-12-01T10:00+02:00");
    expect(days([far], "2026-11-28")).toEqual([[], []]);
  });
});

describe("a note is due", () => {
  const over = ms(at("12:00"));
  const draft = { session_id: "s", status: "draft", version: 1 } as const;

  test.each([
    ["nothing is written", {}, "missing"],
    ["it is a draft", { note: draft }, "draft"],
    ["it is final", { has_finalized_note: true, status: "completed" }, null],
    ["it was cancelled", { status: "cancelled" }, null],
    ["nobody came", { status: "no_show" }, null],
  ] as [string, Partial<Slot>, string | null][])("%s", (_case, more, due) => {
    expect(noteDue(hour("09:00", "10:00", more), over)).toBe(due);
  });

  test("not before the hour is over", () => {
    expect(noteDue(hour("11:30", "12:01"), over)).toBeNull();
    expect(noteDue(hour("11:30", "12:00"), over)).toBe("missing");
  });

  test("an assistant's answers know no notes, so none is due", () => {
    const { note: _, ...card } = hour("09:00", "10:00");
    expect(noteDue(card, over)).toBeNull();
  });
});

describe("reminded", () => {
  test.each([
    [reminder("sent"), true],
    [reminder("pending"), false],
    [reminder("sent", { kind: "rescheduling" }), false],
    [null, false],
  ] as const)("%o", (state, expected) => {
    expect(wasReminded(hour("09:00", "10:00", { reminder: state }))).toBe(expected);
  });
});

describe("whose day", () => {
  const mine = hour("09:00", "10:00");
  const hers = hour("09:00", "10:00", { therapist_id: "her" });
  const as = (role: "owner" | "therapist" | "assistant") => ({ id: "me", role });

  test("a therapist's is their own, an assistant's everybody's, whatever was chosen", () => {
    expect(scopeOf(as("therapist"), [mine, hers], "all")).toBe("own");
    expect(scopeOf(as("assistant"), [mine], "own")).toBe("all");
  });

  test("an owner's is their own when they treat, the practice's when only others do, or as chosen", () => {
    expect(scopeOf(as("owner"), [mine, hers], null)).toBe("own");
    expect(scopeOf(as("owner"), [hers], null)).toBe("all");
    expect(scopeOf(as("owner"), [mine, hers], "all")).toBe("all");
    expect(scopeOf(as("owner"), [hers], "own")).toBe("own");
  });

  test("there is nothing to choose where nobody else treats", () => {
    expect(hasOthers(as("owner"), [mine])).toBe(false);
    expect(scopeOf(as("owner"), [mine], "all")).toBe("own");
  });

  test("one's own are those one treats", () => {
    expect(within("own", as("owner"), [mine, hers])).toEqual([mine]);
    expect(within("all", as("owner"), [mine, hers])).toEqual([mine, hers]);
  });
});

test("the first day is a new practice's with nothing booked", () => {
  const now = ms(at("09:00"));
  expect(isFirstDay("2026-11-28T09:00Z", [], now)).toBe(true);
  expect(isFirstDay("2026-11-28T09:00Z", [hour("10:00", "11:00")], now)).toBe(false);
  expect(isFirstDay("2026-10-01T09:00Z", [], now)).toBe(false);
});
