import { expect, test } from "vitest";
import { amendmentOf, draftOf, isTouched, noDraft } from "../../src/amendments/rules.ts";
import { noTexts } from "../../src/vault/texts.ts";

test("an amendment is sent with its reason in one line and the fields that say something", () => {
  const texts = { ...noTexts(), plan: "ביקורת\n\0מחר", objective: "  " };
  expect(amendmentOf({ reason: " נשכח\nמידע ", texts })).toEqual({
    reason: "נשכח מידע",
    plan: "ביקורת\nמחר",
  });
});

test("it is begun with its first word", () => {
  expect(isTouched(noDraft())).toBe(false);
  expect(isTouched({ reason: "x", texts: noTexts() })).toBe(true);
  expect(isTouched({ reason: "", texts: { ...noTexts(), plan: "x" } })).toBe(true);
});

test("what was kept is taken up only if it is one", () => {
  const draft = { reason: "x", texts: noTexts() };
  expect(draftOf(draft)).toEqual(draft);
  for (const other of [null, undefined, {}, { reason: "x" }, { reason: 1, texts: noTexts() }]) {
    expect(draftOf(other)).toBeNull();
  }
});
