import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Piece, wordDiff } from "../../src/ui/diff.ts";

const without = (kind: Piece["kind"], pieces: readonly Piece[]): string =>
  pieces
    .filter((piece) => piece.kind !== kind)
    .map(({ text }) => text)
    .join("");
const words = fc.array(fc.constantFrom("כאב", "knee", " ", "\n", "ד״ר", "👩‍⚕️", ".", "שָׁלוֹם"), {
  maxLength: 40,
});

describe("a word diff", () => {
  test("holds both texts whole", () => {
    fc.assert(
      fc.property(words, words, (one, other) => {
        const [before, after] = [one.join(""), other.join("")];
        const pieces = wordDiff(before, after);
        expect(without("new", pieces)).toBe(before);
        expect(without("gone", pieces)).toBe(after);
      }),
    );
  });

  test("goes by words, also Hebrew ones with marks and inner quotes", () => {
    expect(wordDiff("כאב בברך של ד״ר לוי", "כאב בכתף של ד״ר לוי")).toEqual([
      { kind: "same", text: "כאב " },
      { kind: "gone", text: "בברך" },
      { kind: "new", text: "בכתף" },
      { kind: "same", text: " של ד״ר לוי" },
    ]);
  });

  test("reads a changed sentence as one change", () => {
    expect(wordDiff("a one two three z", "a four five six z")).toEqual([
      { kind: "same", text: "a " },
      { kind: "gone", text: "one two three" },
      { kind: "new", text: "four five six" },
      { kind: "same", text: " z" },
    ]);
  });

  test("of long texts that have nothing in common is one change, and does not search for ever", () => {
    const text = (word: string): string => Array.from({ length: 5000 }, (_, at) => `${word}${at}`).join(" ");
    const pieces = wordDiff(`same ${text("a")} end`, `same ${text("b")} end`);
    expect(pieces.map(({ kind }) => kind)).toEqual(["same", "gone", "new", "same"]);
    expect(without("new", pieces)).toBe(`same ${text("a")} end`);
  });
});
