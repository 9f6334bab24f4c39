import "temporal-polyfill/global";
import { describe, expect, test } from "vitest";
import { instantOf, parseDay, parseTime, typedDay, typedTime } from "../../src/core/dates.ts";
import { zone } from "../../src/core/zone.ts";

describe("what is typed", () => {
  test.each([
    ["28/11/2026", "2026-11-28"],
    ["1.2.27", "2027-02-01"],
    ["5/12", "2026-12-05"],
    ["29-2-2028", "2028-02-29"],
  ])("%s is the day %s", (typed, day) => {
    expect(parseDay(typed, 2026)?.toString()).toBe(day);
  });

  test.each(["", "31/2/2026", "2026-11-28", "13", "1/13/2026", "1/1/20267"])("%s is no day", (typed) => {
    expect(parseDay(typed, 2026)).toBeNull();
  });

  test.each([
    ["9", "09:00:00"],
    ["930", "09:30:00"],
    ["09.05", "09:05:00"],
    ["23:59", "23:59:00"],
  ])("%s is the time %s", (typed, time) => {
    expect(parseTime(typed)?.toString()).toBe(time);
  });

  test.each(["", "24:00", "9:60", "9:5", "noon"])("%s is no time", (typed) => {
    expect(parseTime(typed)).toBeNull();
  });

  test("is written as it is read", () => {
    expect(typedDay(Temporal.PlainDate.from("2026-02-01"))).toBe("01/02/2026");
    expect(typedTime(Temporal.PlainTime.from("09:05"))).toBe("09:05");
  });
});

test("a time of day is the practice's, and one that is skipped is an hour later", () => {
  zone.value = "Asia/Jerusalem";
  const at = (day: string, time: string) =>
    new Date(instantOf(Temporal.PlainDate.from(day), Temporal.PlainTime.from(time))).toISOString();
  expect(at("2026-11-29", "10:00")).toBe("2026-11-29T08:00:00.000Z");
  expect(at("2027-03-26", "02:30")).toBe("2027-03-26T00:30:00.000Z");
});
