import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { together } from "../../src/conflicts/together.ts";

describe("two texts in one", () => {
  test("have the lines of both, and what they share once", () => {
    expect(together("כאב בכתף\nשיפור", "כאב בכתף\nללא שינוי")).toBe("כאב בכתף\nשיפור\nללא שינוי");
    expect(together("", "רק כאן")).toBe("רק כאן");
    expect(together("רק שם", "  ")).toBe("רק שם");
    expect(together("אותו דבר", "אותו דבר")).toBe("אותו דבר");
  });

  test("whatever they are, hold every line of both", () => {
    const lines = fc
      .array(fc.constantFrom("a", "b", "ג", "ד ה"), { maxLength: 8 })
      .map((all) => all.join("\n"));
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const found = together(before, after).split("\n");
        for (const line of [...before.split("\n"), ...after.split("\n")]) {
          if (line) expect(found).toContain(line);
        }
      }),
    );
  });
});
