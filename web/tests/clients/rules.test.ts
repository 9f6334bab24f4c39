import "temporal-polyfill/global";
import { describe, expect, test } from "vitest";
import { fold, folder } from "../../src/clients/names.ts";
import {
  ageOn,
  type Entry,
  entryOf,
  find,
  inOrder,
  lettersOf,
  namesOf,
  type Person,
  startOf,
} from "../../src/clients/rules.ts";
import { dials } from "../../src/core/phone.ts";

const HOME = { calling_code: "972", trunk_prefix: "0", exit_codes: ["00"] };
let made = 0;
const person = (first_name: string, last_name: string, phone: string | null = null): Person => ({
  id: String(++made).padStart(6, "0"),
  first_name,
  last_name,
  phone,
  archived: false,
});
const entries = (...names: string[]): Entry[] =>
  names.map((name) => {
    const { first_name, last_name } = namesOf(name);
    return entryOf(person(first_name, last_name));
  });
const names = (found: readonly Entry[]): string[] =>
  found.map(({ person: { first_name, last_name } }) => `${first_name} ${last_name}`.trim());

describe("a folded name", () => {
  test.each([
    ["אברהם", "אברהמ"],
    ["כץ", "כצ"],
    ["שָׁלוֹם", "שלומ"],
    ["צ׳רלי", "צרלי"],
    ["צ'רלי", "צרלי"],
    ["ז״ל", "זל"],
    ["בן־עמי", "בנ עמי"],
    ["בן-עמי", "בנ עמי"],
    ["  בן  עמי ", "בנ עמי"],
    ["O’Neill", "oneill"],
    ["O'NEILL", "oneill"],
    ["Zoë Müller", "zoe muller"],
    ["Łukasz Søren Weiß", "lukasz soren weiss"],
    ["José-María", "jose maria"],
    ["\u200fדנה\u200e", "דנה"],
    ["", ""],
  ])("%s is %s", (name, folded) => {
    expect(fold(name)).toBe(folded);
  });

  test("folding once is folding for good", () => {
    for (const name of ["בן־עמי", "Łukasz", "שָׁלוֹם", "O’Neill"]) expect(fold(fold(name))).toBe(fold(name));
  });
});

test("many names are folded as one is", () => {
  const folded = folder();
  for (const name of ["בן־עמי", "Łukasz", "כץ", "כץ", "דנה", "דנה"]) expect(folded(name)).toBe(fold(name));
});

describe("the order of names", () => {
  const sample = [
    "רות כהן",
    "Anna Zur",
    "דן אבן",
    "דן אבני",
    "Émile Arp",
    "נועה תמיר",
    "Иван Белов",
    "אבי כץ",
  ];

  test("goes by family name, the page's script first", () => {
    expect(names(inOrder(entries(...sample), "he"))).toEqual([
      "דן אבן",
      "דן אבני",
      "רות כהן",
      "אבי כץ",
      "נועה תמיר",
      "Émile Arp",
      "Anna Zur",
      "Иван Белов",
    ]);
    expect(names(inOrder(entries(...sample), "en")).slice(0, 3)).toEqual(["Émile Arp", "Anna Zur", "דן אבן"]);
  });

  test.each(["he", "en"] as const)("agrees with the collation of %s within a script", (language) => {
    const words = ["אבן", "אבני", "גולן", "כהן", "כץ", "לוי", "מזרחי", "פרץ", "צור", "שרון", "תמיר"];
    const latin = ["Adler", "Émond", "Eden", "Meyer", "Müller", "Nuñez", "Šimon", "Weiß", "Zur"];
    const list = language === "he" ? words : latin;
    const shuffled = [...list].reverse().map((name) => entryOf(person("", name)));
    const sorted = [...list].sort(new Intl.Collator(language).compare);
    expect(names(inOrder(shuffled, language))).toEqual(sorted);
  });

  test("people of one name keep one order, however they came", () => {
    const twins = [person("דנה", "לוי"), person("דנה", "לוי"), person("דנה", "לוי")].map((one) =>
      entryOf(one),
    );
    const ids = (list: readonly Entry[]): string[] => list.map((entry) => entry.person.id);
    expect(ids(inOrder([...twins].reverse(), "he"))).toEqual(ids(twins));
  });

  test("somebody without a family name stands under the first", () => {
    expect(names(inOrder(entries("בני ישראלי", "מדונה", "גיל תמיר"), "he"))).toEqual([
      "בני ישראלי",
      "מדונה",
      "גיל תמיר",
    ]);
  });

  test("each letter leads to its first name", () => {
    const list = inOrder(entries("א אבן", "ב בר", "ג בן", "Al Ames", "Zed 3CPO"), "he");
    expect(lettersOf(list)).toEqual([
      { letter: "א", at: 0 },
      { letter: "ב", at: 1 },
      { letter: "A", at: 3 },
      { letter: "#", at: 4 },
    ]);
  });
});

describe("a search", () => {
  const list = [
    entryOf(person("רות", "כהן־לוי", "054-555-0101")),
    entryOf(person("רותם", "צ׳רניחובסקי", "+972 52-555-0102")),
    entryOf(person("Zoë", "O’Neill", "02 555 0103")),
    entryOf(person("אברהם", "אבן", null)),
  ];

  test.each([
    ["רות", ["רות כהן־לוי", "רותם צ׳רניחובסקי"]],
    ["לוי", ["רות כהן־לוי"]],
    ["רות לוי", ["רות כהן־לוי"]],
    ["לוי רות", ["רות כהן־לוי"]],
    ["כהן לוי", ["רות כהן־לוי"]],
    ["צ'רני", ["רותם צ׳רניחובסקי"]],
    ["צרני", ["רותם צ׳רניחובסקי"]],
    ["חובסקי", ["רותם צ׳רניחובסקי"]],
    ["zoe", ["Zoë O’Neill"]],
    ["ONEILL", ["Zoë O’Neill"]],
    ["o'neill zo", ["Zoë O’Neill"]],
    ["%", []],
    ["אברהמ", ["אברהם אבן"]],
    ["5550101", ["רות כהן־לוי"]],
    ["054-555", ["רות כהן־לוי"]],
    ["052555", ["רותם צ׳רניחובסקי"]],
    ["+972525550102", ["רותם צ׳רניחובסקי"]],
    ["+972 54", ["רות כהן־לוי"]],
    ["05", []],
    ["nobody", []],
  ])("for %s", (typed, expected) => {
    expect(names(find(list, typed, HOME))).toEqual(expected);
  });

  test("puts a whole beginning before a word's beginning before a part", () => {
    const found = find(entries("Mia Zanna", "Lea Ann", "Ann Zur", "Joann Bar"), "ann");
    expect(names(found)).toEqual(["Lea Ann", "Ann Zur", "Mia Zanna", "Joann Bar"]);
  });

  test("for nothing is everybody, and a limit is kept", () => {
    expect(find(list, "  ")).toHaveLength(4);
    expect(find(list, "", HOME, 2)).toHaveLength(2);
  });

  test("in 10,000 names finds each of them", () => {
    const many = Array.from({ length: 10_000 }, (_, at) => entryOf(person(`נועה${at}`, `כהן${at % 97}`)));
    expect(find(many, "נועה4321")).toHaveLength(1);
    expect(find(many, "כהן96 נועה95")).toHaveLength(1);
    expect(inOrder(many, "he")).toHaveLength(10_000);
  });
});

test("a typed name has its family name last", () => {
  expect(namesOf(" רות  בת אל כהן ")).toEqual({ first_name: "רות בת אל", last_name: "כהן" });
  expect(namesOf("רות")).toEqual({ first_name: "רות", last_name: "" });
});

test.each([
  ["052-555-0148", "tel:0525550148"],
  ["\u200e+972 52-555-0148", "tel:+972525550148"],
  ["+972 (0)52-555-0148", "tel:+972525550148"],
  ["052-555-0148 / 054-555-0199", "tel:0525550148"],
  ["Ruth: 052\u2013555\u20130148", "tel:0525550148"],
  ["*2700", "tel:*2700"],
])("%s is dialled as %s", (phone, dialled) => {
  expect(dials(phone)).toBe(dialled);
});

test("an age changes on the birthday, and on 1 March for a 29 February in a common year", () => {
  const on = (day: string): Temporal.PlainDate => Temporal.PlainDate.from(day);
  expect(ageOn("1990-11-28", on("2026-11-27"))).toBe(35);
  expect(ageOn("1990-11-28", on("2026-11-28"))).toBe(36);
  expect(ageOn("2000-02-29", on("2026-02-28"))).toBe(25);
  expect(ageOn("2000-02-29", on("2026-03-01"))).toBe(26);
  expect(ageOn("2030-01-01", on("2026-01-01"))).toBeNull();
});

test("who is looked for by phone begins with that phone", () => {
  expect(startOf(" 052-700 1122 ")).toEqual({ phone: "052-700 1122" });
  expect(startOf("+972 52 700 1122")).toEqual({ phone: "+972 52 700 1122" });
  expect(startOf("רות כהן")).toEqual({ first_name: "רות", last_name: "כהן" });
  expect(startOf("R2 D2")).toEqual({ first_name: "R2", last_name: "D2" });
  expect(startOf(" ")).toEqual({});
});
