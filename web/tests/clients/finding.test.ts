import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fold, LETTERS } from "../../src/clients/names.ts";
import type { Dialling } from "../../src/clients/phones.ts";
import { entryOf, find, type Person } from "../../src/clients/rules.ts";

interface Case {
  found_by: string[];
  not_by: string[];
}
type PhoneCase = Case & { zone: string; stored: string; shown: string };
type NameCase = Case & { first_name: string; last_name: string; email?: string };

// The API's tests read the same table: who is found there is found here.
const TABLE = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../backend/tests/clients/finding.json"), "utf8"),
) as {
  dialling: Record<string, Dialling>;
  phones: PhoneCase[];
  names: NameCase[];
  letters: Record<string, string>;
};
const HERE = TABLE.dialling["Asia/Jerusalem"] as Dialling;

const person = (told: Partial<Person>): Person => ({
  id: "1",
  first_name: "A",
  last_name: "B",
  phone: null,
  archived: false,
  ...told,
});

/** What should find somebody and does not, and what does and should not. */
function missed(told: Partial<Person>, { found_by, not_by }: Case, dialling: Dialling): string[][] {
  const finds = (typed: string): boolean => find([entryOf(person(told))], typed, dialling).length === 1;
  return [found_by.filter((typed) => !finds(typed)), not_by.filter(finds)];
}

describe("a phone is found however it is written", () => {
  test.each(TABLE.phones.map((one) => [one.stored, one] as const))("%j", (_, one) => {
    const told = { phone: one.stored, ...(one.shown === one.stored ? {} : { phone_shown: one.shown }) };
    expect(missed(told, one, TABLE.dialling[one.zone] as Dialling)).toEqual([[], []]);
  });
});

describe("a name is found however it is written", () => {
  test.each(TABLE.names.map((one) => [`${one.first_name} ${one.last_name}`, one] as const))(
    "%j",
    (_, one) => {
      const { first_name, last_name, email } = one;
      expect(missed({ first_name, last_name, email: email ?? null }, one, HERE)).toEqual([[], []]);
    },
  );
});

test("each letter is found as another, as the API finds it", () => {
  expect(Object.fromEntries(LETTERS)).toEqual(TABLE.letters);
  for (const [letter, found] of LETTERS) expect(fold(letter), letter).toBe(found);
});
