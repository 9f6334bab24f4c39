import { describe, expect, test } from "vitest";
import { askedAt, glimpse, matching, saidIn, without } from "../../src/texts/rules.ts";

const at = (text: string) => askedAt(text, text.length);

describe("what is typed behind a semicolon", () => {
  test.each([
    [";", 1, ""],
    ["כאב ;טוו", 4, "טוו"],
    ["first line\n;rom", 4, "rom"],
    ["(;rom", 4, "rom"],
    ["ב־;טווח", 5, "טווח"],
    ["؛rom", 4, "rom"],
  ])("%s asks", (text, length, name) => {
    expect(at(text)).toEqual({ length, name });
  });

  test.each(["pain; then", "pain;then", "a;b", "", "plain", "; ", ";rom ", `;${"x".repeat(90)}`])(
    "%s does not",
    (text) => expect(at(text)).toBeNull(),
  );

  test("only what stands before the caret counts", () => {
    expect(askedAt("x ;ro and more", 5)).toEqual({ length: 3, name: "ro" });
    expect(askedAt("x ;ro and more", 9)).toBeNull();
  });
});

const named = (...names: string[]) => names.map((name) => ({ name }));

describe("which snippets fit", () => {
  test("those that begin so come first, whatever the letter case", () => {
    expect(matching(named("aROM", "rom", "Romberg", "x"), "ROM").map(({ name }) => name)).toEqual([
      "rom",
      "Romberg",
      "aROM",
    ]);
  });

  test("eight at the most, and all of few without a name", () => {
    const many = named(...Array.from({ length: 20 }, (_, n) => `n${n}`));
    expect(matching(many, "n")).toHaveLength(8);
    expect(matching(many.slice(0, 3), "")).toHaveLength(3);
  });
});

describe("a template that is taken back", () => {
  test("leaves what was there and what came behind it", () => {
    expect(without("a\nT", "a", "a\nT")).toBe("a");
    expect(without("a\nT and more", "a", "a\nT")).toBe("a and more");
  });

  test("is left alone where somebody has written in it", () => {
    expect(without("a\nX", "a", "a\nT")).toBeNull();
  });

  test("says something in these fields", () => {
    expect(saidIn({ subjective: " ", plan: "x", objective: null })).toEqual(["plan"]);
  });
});

test("a row shows the first words of all fields in one line", () => {
  expect(glimpse(["a\n b", null, "", "c"])).toBe("a b · c");
});
