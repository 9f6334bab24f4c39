import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { behind, changed, codePoints, leftOf, MOST } from "../../src/sessions/text.ts";

const anything = fc.string({ unit: "binary", maxLength: 60 });

describe("a text is counted as the server counts it", () => {
  test("by code points", () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(codePoints(text)).toBe([...text].length);
      }),
    );
    expect(codePoints("\ud83d")).toBe(1);
    expect(codePoints("\udc4d\ud83d\udc4d")).toBe(2);
  });

  test("only near the end", () => {
    expect(leftOf("a".repeat(MOST - 1001))).toBeNull();
    expect(leftOf("a".repeat(MOST - 1000))).toBe(1000);
    expect(leftOf("🙂".repeat(MOST / 2))).toBeNull();
    expect(leftOf("🙂".repeat(MOST))).toBe(0);
    expect(leftOf("🙂".repeat(MOST + 2))).toBe(-2);
  });
});

describe("the part in which two texts differ", () => {
  test("makes one of the other, and never begins or ends within a character", () => {
    const texts = fc.array(fc.constantFrom("א", "b", " ", "\n", "👍", "👎", "\u05b8"), { maxLength: 12 });
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const [before, after] = [one.join(""), other.join("")];
        const { from, to, text } = changed(before, after);
        expect(before.slice(0, from) + text + before.slice(to)).toBe(after);
        for (const part of [before.slice(0, from), text, before.slice(to)])
          expect(part.isWellFormed()).toBe(true);
      }),
    );
  });

  test("leaves alone what stands around it", () => {
    expect(changed("one two three", "one 2 three")).toEqual({ from: 4, to: 7, text: "2" });
    expect(changed("same", "same")).toEqual({ from: 4, to: 4, text: "" });
  });
});

test("a text goes behind another on a line of its own", () => {
  expect(behind("", "ב")).toBe("ב");
  expect(behind(" \n", "ב")).toBe("ב");
  expect(behind("א \n\n", "ב")).toBe("א\nב");
});
