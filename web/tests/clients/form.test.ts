import { describe, expect, test } from "vitest";
import {
  changesOf,
  dayOf,
  merge,
  tagsOf,
  touched,
  typedDay,
  type Values,
  valuesOf,
} from "../../src/clients/form.ts";

const values = (part: Partial<Values> = {}): Values => ({
  ...valuesOf({ first_name: "רות", last_name: "כהן" }),
  ...part,
});

describe("a typed day", () => {
  test.each([
    ["04/03/1990", "1990-03-04"],
    ["4.3.1990", "1990-03-04"],
    ["4-3-1990", "1990-03-04"],
    [" 04 03 1990 ", "1990-03-04"],
    ["04031990", "1990-03-04"],
    ["29/02/2024", "2024-02-29"],
    ["29/02/2023", null],
    ["31/04/2020", null],
    ["03/13/1990", null],
    ["04/03/90", null],
    ["31/12/1899", null],
    ["tomorrow", null],
    ["", null],
  ])("%s is %s", (typed, day) => {
    expect(dayOf(typed)).toBe(day);
  });

  test("lies not after the latest", () => {
    expect(dayOf("29/11/2026", "2026-11-28")).toBeNull();
    expect(dayOf("28/11/2026", "2026-11-28")).toBe("2026-11-28");
  });

  test("is read back as it is shown", () => {
    expect(typedDay("1990-03-04")).toBe("04/03/1990");
    expect(dayOf(typedDay("1990-03-04"))).toBe("1990-03-04");
  });
});

describe("what is sent", () => {
  test("is only what was touched; an emptied field is cleared", () => {
    const before = values({ phone: "054", address: "Haifa", date_of_birth: "01/02/1980" });
    const after = { ...before, phone: "", date_of_birth: "02/02/1980" };
    expect(touched(before, after)).toEqual(["phone", "date_of_birth"]);
    expect(changesOf(before, after)).toEqual({ phone: null, date_of_birth: "1980-02-02" });
  });

  test("knows switches, tags and consent", () => {
    const after = values({
      reminders_opt_out: "yes",
      tags: " גב, ,חרדה,גב ",
      consent_given_at: "2026-11-28T08:00:00Z",
    });
    expect(changesOf(values(), after)).toEqual({
      reminders_opt_out: true,
      tags: ["גב", "חרדה"],
      consent_given_at: "2026-11-28T08:00:00Z",
    });
    expect(changesOf(after, values()).reminders_opt_out).toBe(false);
    expect(tagsOf(" , ")).toBeNull();
  });

  test("keeps the spaces of a long text, not those around a line", () => {
    expect(changesOf(values(), values({ notes: " a \n", address: " Haifa " }))).toEqual({
      notes: " a \n",
      address: "Haifa",
    });
  });
});

describe("after a change elsewhere", () => {
  const before = values({ phone: "1", address: "a", email: "x@example.org" });

  test("untouched fields follow it, touched ones stay", () => {
    const found = merge(before, { ...before, phone: "2" }, { ...before, address: "b" });
    expect(found.values).toEqual({ ...before, phone: "2", address: "b" });
    expect(found.changed).toEqual(["address"]);
    expect(found.contested).toEqual({});
  });

  test("a field that both changed is kept and shown", () => {
    const found = merge(before, { ...before, phone: "2" }, { ...before, phone: "3" });
    expect(found.values.phone).toBe("2");
    expect(found.contested).toEqual({ phone: "3" });
  });

  test("the same change twice is no quarrel", () => {
    expect(merge(before, { ...before, phone: "2" }, { ...before, phone: "2" }).contested).toEqual({});
  });
});
