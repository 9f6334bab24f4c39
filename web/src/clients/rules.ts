// How clients are ordered and found: names are folded once, when the index arrives; a key press only compares.

export interface Person {
  id: string;
  first_name: string;
  last_name: string;
  phone: string | null;
  archived: boolean;
  /** Not there for those who see no tags. */
  tags?: readonly string[];
}

export interface Entry {
  person: Person;
  /** Folded family name, then first name: the order of the list. */
  key: string;
  /** A space before each folded word, so that a search can ask for the beginning of one. */
  text: string;
  digits: string;
  letter: string;
}

const MARKS = /[\p{M}\u200e\u200f\u202a-\u202e\u2060-\u2069]/gu;
// Apostrophes, quotes, geresh and gershayim, however they were typed, and the abbreviation's dot.
const UNSAID = /['"`.\u00b4\u02b9-\u02bc\u2018-\u201f\u2032\u2033\u05f3\u05f4]/g;
const BETWEEN = /[\s_,\u05be\u2010-\u2015-]+/g;
const FINAL: Record<string, string> = {
  "\u05da": "\u05db",
  "\u05dd": "\u05de",
  "\u05df": "\u05e0",
  "\u05e3": "\u05e4",
  "\u05e5": "\u05e6",
};
const WHOLE: Record<string, string> = {
  "\u00df": "ss",
  "\u00e6": "ae",
  "\u00f8": "o",
  "\u0111": "d",
  "\u0131": "i",
  "\u0142": "l",
  "\u0153": "oe",
};
const LETTERS = /[\u05da\u05dd\u05df\u05e3\u05e5\u00df\u00e6\u00f8\u0111\u0131\u0142\u0153]/g;
// Neither marks nor final letters: most names are as they are looked for.
const PLAIN = /^[a-z\u05d0-\u05d9\u05db\u05dc\u05de\u05e0-\u05e2\u05e4\u05e6-\u05ea]*$/;

/** A name as it is looked for: no case, marks, apostrophes or final forms; one space between words. */
export function fold(name: string): string {
  const text = name.toLowerCase();
  if (PLAIN.test(text)) return text;
  return bare(text).replace(LETTERS, (letter) => FINAL[letter] ?? WHOLE[letter] ?? letter);
}

/** The same for many: the names of thousands of people are some hundreds. What it remembers goes with it. */
export function folder(): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    let folded = known.get(name);
    if (folded === undefined) {
      folded = fold(name);
      known.set(name, folded);
    }
    return folded;
  };
}

const bare = (text: string): string =>
  text.normalize("NFKD").replace(MARKS, "").replace(UNSAID, "").replace(BETWEEN, " ").trim();

/** The digits of a phone number, without the country's code where it is written. */
export const digitsOf = (phone: string): string =>
  phone.replace(/\D/g, "").replace(/^(?:00)?972(?=\d{8,9}$)/, "0");

export function entryOf(person: Person, folded = fold): Entry {
  const [first, last] = [folded(person.first_name), folded(person.last_name)];
  // Joined, not added up: a string made of parts would be put together at the first key press.
  const key = [last || first, first].join(" ");
  return {
    person,
    key,
    text: ["", first, last].join(" "),
    digits: person.phone === null ? "" : digitsOf(person.phone),
    letter: letterOf(key),
  };
}

/** The letter under which a folded name stands; # for those that begin with none. */
export function letterOf(key: string): string {
  const first = String.fromCodePoint(key.codePointAt(0) ?? 35);
  let letter = LETTER_OF.get(first);
  if (letter === undefined) {
    letter = /\p{L}/u.test(first) ? first.toUpperCase() : "#";
    LETTER_OF.set(first, letter);
  }
  return letter;
}
const LETTER_OF = new Map<string, string>();

const SCRIPTS: [string, RegExp][] = [
  ["he", /^[\u05d0-\u05ea]/],
  ["en", /^[a-z]/],
];
const scriptOf = (key: string): string => SCRIPTS.find(([, pattern]) => pattern.test(key))?.[0] ?? "other";

const byName = (one: Entry, other: Entry): number => {
  if (one.key !== other.key) return one.key < other.key ? -1 : 1;
  return one.person.id < other.person.id ? -1 : 1;
};

/** In the order of names: the script of the language first, then the other one, then the rest. */
export function inOrder(entries: readonly Entry[], language: string): Entry[] {
  const parts: Record<string, Entry[]> = { he: [], en: [], other: [] };
  for (const entry of entries) parts[scriptOf(entry.key)]?.push(entry);
  for (const part of Object.values(parts)) part.sort(byName);
  const [first, second] = language === "he" ? (["he", "en"] as const) : (["en", "he"] as const);
  return [...(parts[first] ?? []), ...(parts[second] ?? []), ...(parts.other ?? [])];
}

/** Each letter that is there, and the place of its first entry. */
export function lettersOf(entries: readonly Entry[]): { letter: string; at: number }[] {
  const found: { letter: string; at: number }[] = [];
  entries.forEach(({ letter }, at) => {
    if (found.at(-1)?.letter !== letter) found.push({ letter, at });
  });
  return found;
}

/** Those of the entries that a search means: whole beginnings first, then words' beginnings, parts, phones. */
export function find(entries: readonly Entry[], typed: string, limit = Number.POSITIVE_INFINITY): Entry[] {
  const words = fold(typed).split(" ").filter(Boolean);
  if (words.length === 0) return entries.slice(0, limit);
  const wanted = { words, whole: words.join(" "), digits: phonePart(typed) };
  const ranks: Entry[][] = [[], [], [], []];
  for (const entry of entries) {
    const rank = rankOf(entry, wanted);
    if (rank >= 0) ranks[rank]?.push(entry);
  }
  return ranks.flat().slice(0, limit);
}

/** What could be part of a phone number; fewer than three digits are part of every one. */
function phonePart(typed: string): string {
  const digits = /^[\d\s().+/-]+$/.test(typed.trim()) ? typed.replace(/\D/g, "") : "";
  if (digits.length < 3) return "";
  return typed.trim().startsWith("+972") || digits.startsWith("00972")
    ? digits.replace(/^(?:00)?972/, "0")
    : digits;
}

interface Wanted {
  words: readonly string[];
  whole: string;
  digits: string;
}

/** Most fit nothing, which one comparison tells. */
function rankOf({ text, key, digits }: Entry, { words, whole, digits: part }: Wanted): number {
  if (!words.every((word) => text.includes(word))) return part !== "" && digits.includes(part) ? 3 : -1;
  if (text.startsWith(whole, 1) || key.startsWith(whole)) return 0;
  return words.every((word) => text.includes(` ${word}`)) ? 1 : 2;
}

/** A typed name as first and family names: the last word is the family's. */
export function namesOf(typed: string): { first_name: string; last_name: string } {
  const words = typed.trim().split(/\s+/);
  const last = words.length > 1 ? (words.pop() ?? "") : "";
  return { first_name: words.join(" "), last_name: last };
}

/** What was looked for in vain, as the beginning of somebody new: a name, or a phone. */
export function startOf(typed: string): Partial<{ first_name: string; last_name: string; phone: string }> {
  const text = typed.trim();
  if (text === "") return {};
  return /^[\d\s+*#().-]+$/.test(text) && /\d/.test(text) ? { phone: text } : namesOf(text);
}

/** Whole years from a birth date to a day. */
export function ageOn(born: string, day: Temporal.PlainDate): number | null {
  const years = Temporal.PlainDate.from(born).until(day, { largestUnit: "years" }).years;
  return years < 0 ? null : years;
}

export const fullName = (person: { first_name: string; last_name: string }): string =>
  `${person.first_name} ${person.last_name}`.trim();
