import { expect, test } from "vitest";
import { fileName } from "../../src/attachments/rules.ts";

const shown = (name: string): string =>
  fileName(name)
    .replace(/\u2068/g, "<")
    .replace(/\u2066/g, "[")
    .replace(/\u2069/g, ">");

test.each([
  ["סיכום אבחון 2026.pdf", "<סיכום אבחון [2026.pdf>>"],
  ["דוח 28.11.2026 (2).pdf", "<דוח [28.11.2026 (2).pdf>>"],
  ["הפניה לרופא (2).pdf", "<הפניה לרופא [(2).pdf>>"],
  ["דוח (סופי) 2.pdf", "<דוח (סופי) [2.pdf>>"],
  ["MRI כתף 3.jpg", "<MRI כתף [3.jpg>>"],
  ["כתף.jpg", "<כתף.[jpg>>"],
  ["report 2026.pdf", "<report 2026.pdf>"],
  ["2026 כתף", "<2026 כתף>"],
  ["", "<>"],
])("a file named %s keeps its digits before its kind", (name, marked) => {
  expect(shown(name)).toBe(marked);
});
