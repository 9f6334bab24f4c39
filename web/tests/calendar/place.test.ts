import "temporal-polyfill/global";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type * as Places from "../../src/calendar/place.ts";

let places: typeof Places;
beforeAll(async () => {
  vi.stubGlobal("document", { documentElement: { lang: "he" }, cookie: "" });
  places = await import("../../src/calendar/place.ts");
});

const day = (text: string) => Temporal.PlainDate.from(text);
const defaults = { view: "day" as const, today: day("2026-11-28") };

describe("the address", () => {
  test("says what is shown, and is read back as it was written", () => {
    const place = { view: "week" as const, day: day("2026-12-06"), open: "a", who: "all" };
    const query = Object.fromEntries(new URL(places.hrefOf(place), "http://localhost").searchParams);
    expect(places.placeOf(query, defaults)).toEqual(place);
  });

  test.each([
    [{}, "day 2026-11-28"],
    [{ view: "year", day: "2026-02-30" }, "day 2026-11-28"],
    [{ view: "month", day: "2027-01-31" }, "month 2027-01-31"],
  ])("%j shows %s", (query, shown) => {
    const place = places.placeOf(query as Record<string, string>, defaults);
    expect(`${place.view} ${place.day}`).toBe(shown);
  });

  test("a step is as long as what is shown, and closes what is open", () => {
    const stepped = (view: Places.View, by: 1 | -1) =>
      places.stepped({ view, day: day("2027-01-31"), open: "a", who: null }, by);
    expect(
      (["day", "days", "week", "month"] as const).map((view) => stepped(view, 1).day.toString()),
    ).toEqual(["2027-02-01", "2027-02-03", "2027-02-07", "2027-02-28"]);
    expect(stepped("week", -1)).toMatchObject({ open: null });
  });
});

describe("the days shown", () => {
  test("a week begins on Sunday, a month is whole weeks", () => {
    const shown = (view: Places.View) => places.daysOf({ view, day: day("2026-11-28") }).map(String);
    expect(shown("week")[0]).toBe("2026-11-22");
    expect(shown("week").at(-1)).toBe("2026-11-28");
    expect([shown("month")[0], shown("month").at(-1), shown("month").length]).toEqual([
      "2026-11-01",
      "2026-12-05",
      35,
    ]);
  });

  test("what is read is the same for each day of a week, so that the next day asks for nothing", () => {
    const read = (text: string) =>
      JSON.stringify(places.weeksAround(places.daysOf({ view: "day", day: day(text) })));
    expect(new Set(["2026-11-22", "2026-11-25", "2026-11-28"].map(read)).size).toBe(1);
    expect(read("2026-11-29")).not.toBe(read("2026-11-28"));
    const three = places.weeksAround(places.daysOf({ view: "days", day: day("2026-11-27") }));
    expect(`${three.first} ${three.days}`).toBe("2026-11-22 14");
  });
});
