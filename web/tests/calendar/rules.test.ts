import "temporal-polyfill/global";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  axisOf,
  blanksOf,
  dayAt,
  dayFrame,
  hoursOf,
  instantAt,
  positionOf,
} from "../../src/calendar/axis.ts";
import {
  countByDay,
  firstShown,
  type Lane,
  lanes,
  movedTo,
  onDay,
  pieces,
  resizedTo,
  type Span,
  slotsFor,
} from "../../src/calendar/rules.ts";

const JERUSALEM = "Asia/Jerusalem";
const NEW_YORK = "America/New_York";
const day = (text: string) => Temporal.PlainDate.from(text);
const frame = (text: string, zone = JERUSALEM) => dayFrame(day(text), zone);
const at = (text: string) => Temporal.ZonedDateTime.from(text).epochMilliseconds;
const HOUR = 3_600_000;

const spans = fc.uniqueArray(
  fc.record({
    id: fc.uuid(),
    start: fc.integer({ min: 0, max: 1425 }),
    long: fc.integer({ min: 1, max: 300 }),
  }),
  { maxLength: 40, selector: ({ id }) => id },
);
const made = (given: { id: string; start: number; long: number }[]): Span[] =>
  given.map(({ id, start, long }) => ({ id, start, end: start + long }));

const isTogether = (a: Span, b: Span): boolean => a.id !== b.id && a.start < b.end && b.start < a.end;
const sideOf = ({ column, columns, span }: Lane) => ({
  from: column / columns,
  to: (column + span) / columns,
});

describe("side by side", () => {
  test("nothing that is at the same time lies on another, and all lie within the day", () => {
    fc.assert(
      fc.property(spans, (given) => {
        const all = made(given);
        const found = lanes(all);
        const side = (one: Span) => sideOf(found.get(one.id) as Lane);
        expect(all.every((one) => side(one).from < side(one).to && side(one).to <= 1)).toBe(true);
        const pairs = all.flatMap((a) =>
          all.filter((b) => isTogether(a, b)).map((b) => [side(a), side(b)] as const),
        );
        expect(pairs.filter(([a, b]) => a.to > b.from + 1e-9 && b.to > a.from + 1e-9)).toEqual([]);
      }),
    );
  });

  test("there are as many columns as appointments at the busiest moment, and their order does not matter", () => {
    fc.assert(
      fc.property(spans, (given) => {
        const all = made(given);
        const busiest = Math.max(
          0,
          ...all.map(({ start }) => all.filter((one) => one.start <= start && start < one.end).length),
        );
        const found = lanes(all);
        expect(Math.max(0, ...[...found.values()].map(({ columns }) => columns))).toBe(busiest);
        expect(lanes([...all].reverse())).toEqual(found);
      }),
    );
  });

  test("ends that touch share a column", () => {
    const found = lanes([
      { id: "a", start: 0, end: 50 },
      { id: "b", start: 50, end: 100 },
    ]);
    expect([...found.values()]).toEqual([
      { column: 0, columns: 1, span: 1 },
      { column: 0, columns: 1, span: 1 },
    ]);
  });
});

describe("days on which clocks change", () => {
  const cases: [string, string, string, number][] = [
    ["Israel, forward", "2027-03-26", JERUSALEM, 23],
    ["Israel, back", "2026-10-25", JERUSALEM, 25],
    ["New York, forward", "2027-03-14", NEW_YORK, 23],
    ["New York, back", "2026-11-01", NEW_YORK, 25],
    ["Cairo, where midnight is skipped", "2027-04-30", "Africa/Cairo", 23],
    ["Lord Howe, half an hour", "2027-04-04", "Australia/Lord_Howe", 24.5],
    ["an ordinary day", "2026-11-28", JERUSALEM, 24],
  ];

  test.each(cases)(
    "%s: every instant has its own place, and every place its instant",
    (_name, text, zone, hours) => {
      const one = frame(text, zone);
      const axis = axisOf([one, dayFrame(day(text).add({ days: 1 }), zone)]);
      expect((one.end - one.start) / HOUR).toBe(hours);
      let last = -1;
      for (let instant = one.start; instant < one.end; instant += 15 * 60_000) {
        const position = positionOf(axis, one, instant);
        expect(position).toBeGreaterThan(last);
        expect(instantAt(axis, one, position)).toBe(instant);
        last = position;
      }
    },
  );

  test.each(cases)("%s: what is drawn at an hour's line begins at that hour", (_name, text, zone) => {
    const frames = [-1, 0, 1].map((days) => dayFrame(day(text).add({ days }), zone));
    const axis = axisOf(frames);
    for (const one of frames) {
      const blanks = blanksOf(axis, one);
      for (const { at: line, wall } of hoursOf(axis)) {
        if (blanks.some(({ from, to }) => line >= from && line < to) || wall % 60 !== 0) continue;
        const shown = Temporal.Instant.fromEpochMilliseconds(instantAt(axis, one, line)).toZonedDateTimeISO(
          zone,
        );
        expect(`${shown.toPlainDate()} ${shown.hour}:${shown.minute}`).toBe(`${one.day} ${wall / 60}:0`);
      }
    }
  });

  test("the hour that comes twice is drawn twice, and blank on the other days of the week", () => {
    const [before, changed] = [frame("2026-10-24"), frame("2026-10-25")];
    const axis = axisOf([before, changed]);
    expect(axis).toEqual({ minutes: 1500, fold: { at: 120, size: 60 } });
    expect(hoursOf(axis).map(({ wall }) => wall / 60)).toEqual([
      0,
      1,
      1,
      ...Array.from({ length: 22 }, (_, i) => i + 2),
    ]);
    expect(blanksOf(axis, before)).toEqual([{ from: 120, to: 180 }]);
    expect(blanksOf(axis, changed)).toEqual([]);
    const first = at("2026-10-25T01:30+03:00[Asia/Jerusalem]");
    expect(positionOf(axis, changed, first)).toBe(90);
    expect(positionOf(axis, changed, first + HOUR)).toBe(150);
    expect(positionOf(axis, before, at("2026-10-24T10:00[Asia/Jerusalem]"))).toBe(660);
    expect(positionOf(axis, changed, at("2026-10-25T10:00[Asia/Jerusalem]"))).toBe(660);
  });

  test("the hour that is skipped is blank, and a press into it means the hour after", () => {
    const changed = frame("2027-03-26");
    const axis = axisOf([changed]);
    expect(axis.minutes).toBe(1440);
    expect(blanksOf(axis, changed)).toEqual([{ from: 120, to: 180 }]);
    expect(instantAt(axis, changed, 150)).toBe(at("2027-03-26T03:00[Asia/Jerusalem]"));
  });

  test("fifty minutes are fifty minutes on either side of the change", () => {
    const changed = frame("2026-10-25");
    const axis = axisOf([changed]);
    const start = at("2026-10-25T01:30+03:00[Asia/Jerusalem]");
    const [drawn] = pieces(axis, [changed], [{ id: "a", start, end: start + 50 * 60_000 }]);
    expect((drawn?.bottom ?? 0) - (drawn?.top ?? 0)).toBe(50);
  });
});

describe("moving", () => {
  test("a place between lines is rounded to a quarter of an hour, and the length stays", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -100, max: 1600, noNaN: true }),
        fc.integer({ min: 5, max: 240 }),
        (place, long) => {
          const one = frame("2026-11-29");
          const times = movedTo(axisOf([one]), one, place, long * 60_000);
          expect((times.start - one.start) % (15 * 60_000)).toBe(0);
          expect(times.start >= one.start && times.start < one.end).toBe(true);
          expect(times.end - times.start).toBe(long * 60_000);
        },
      ),
    );
  });

  test("an end is never drawn before a quarter of an hour after the start", () => {
    const one = frame("2026-11-29");
    const start = at("2026-11-29T10:00[Asia/Jerusalem]");
    expect(resizedTo(axisOf([one]), one, 300, start).end).toBe(start + 15 * 60_000);
    expect(resizedTo(axisOf([one]), one, 677, start).end).toBe(at("2026-11-29T11:15[Asia/Jerusalem]"));
  });

  test("to the next day at the same time of the wall clock, over a change too", () => {
    const [before, changed] = [frame("2026-10-24"), frame("2026-10-25")];
    const start = at("2026-10-24T10:00[Asia/Jerusalem]");
    const moved = onDay(axisOf([before, changed]), before, changed, { start, end: start + HOUR });
    expect(moved.start).toBe(at("2026-10-25T10:00[Asia/Jerusalem]"));
    expect(moved.start - start).toBe(25 * HOUR);
  });

  test("the day under the pointer, in both directions of reading", () => {
    const box = { left: 100, width: 700 };
    expect([100, 199, 201, 799, 50, 900].map((x) => dayAt(x, box, 7, false))).toEqual([0, 0, 1, 6, 0, 6]);
    expect([100, 199, 201, 799, 50, 900].map((x) => dayAt(x, box, 7, true))).toEqual([6, 6, 5, 0, 6, 0]);
  });
});

describe("a day at first sight", () => {
  const one = frame("2026-11-29");
  const axis = axisOf([one]);
  const shown = (...hours: number[]) =>
    firstShown(
      pieces(
        axis,
        [one],
        hours.map((hour, id) => ({
          id: `${id}`,
          start: one.start + hour * HOUR,
          end: one.start + (hour + 1) * HOUR,
        })),
      ),
    );
  test("begins at 7:30, or half an hour before what is earlier", () => {
    expect([shown(), shown(10), shown(6, 10), shown(0)]).toEqual([450, 450, 330, 0]);
  });
});

test("over midnight there is a part in each day, and it counts in the first", () => {
  const frames = [frame("2026-11-28"), frame("2026-11-29")];
  const late = {
    id: "a",
    start: at("2026-11-28T23:30[Asia/Jerusalem]"),
    end: at("2026-11-29T00:20[Asia/Jerusalem]"),
  };
  const drawn = pieces(axisOf(frames), frames, [late]);
  expect(drawn.map(({ top, bottom, begins, ends }) => [top, bottom, begins, ends])).toEqual([
    [1410, 1440, true, false],
    [0, 20, false, true],
  ]);
  expect(countByDay([late], frames).map((one) => one?.count ?? 0)).toEqual([1, 0]);
});

describe("the nodes of appointments", () => {
  test("stay with those who stay; what comes takes over those of what went, in order", () => {
    const first = slotsFor(["a", "b", "c"], new Map());
    expect([...first]).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 2],
    ]);
    const second = slotsFor(["d", "b", "e", "f"], first);
    expect([...second]).toEqual([
      ["d", 0],
      ["b", 1],
      ["e", 2],
      ["f", 3],
    ]);
    expect([...slotsFor(["f"], second)]).toEqual([["f", 3]]);
    expect(new Set(slotsFor(["f", "x", "y"], slotsFor(["f"], second)).values()).size).toBe(3);
  });
});
