import { expect, test } from "vitest";
import { sources } from "./sources.ts";

const TAG = /<(?:input|textarea)\b(?:[^<>]|=>)*>/g;
// Chosen, not typed; written down by no browser; or described by an object that says it.
const NOT_TYPED = /type="(?:checkbox|radio|file|password)"|<input[^>]*\{\.\.\./;

test("what is typed is not written into the browser's own list of open windows: each field says autocomplete", () => {
  const tags = sources("src", ".tsx").flatMap(({ path, text }) =>
    [...text.matchAll(TAG)].map(([tag]) => `${path}: ${tag.replace(/\s+/g, " ")}`),
  );
  expect(tags.length).toBeGreaterThan(25);
  expect(tags.filter((tag) => !NOT_TYPED.test(tag) && !tag.includes("autocomplete="))).toEqual([]);
});
