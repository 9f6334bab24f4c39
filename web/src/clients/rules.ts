// How clients are ordered and found: names are folded once, when the index arrives; a key press only compares.
// What is done for each of ten thousand people when a list opens is little, and looks at each different name once.

export interface Person {
  id: string;
  first_name: string;
  last_name: string;
  phone: string | null;
  archived: boolean;
  /** Not there for those who see no tags. */
  tags?: readonly string[];
}

/** A person with their folded names; the family's is the first where there is no other. */
export interface Entry {
  person: Person;
  first: string;
  family: string;
  /** Of the phone; null until somebody looks for a phone. */
  digits: string | null;
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
  const first = folded(person.first_name);
  const family = folded(person.last_name) || first;
  return { person, first, family, digits: null, letter: letterOf(family) };
}

/** The letter under which a folded name stands; # for those that begin with none. */
function letterOf(name: string): string {
  const first = String.fromCodePoint(name.codePointAt(0) ?? 35);
  let letter = LETTER_OF.get(first);
  if (letter === undefined) {
    letter = /\p{L}/u.test(first) ? first.toUpperCase() : "#";
    LETTER_OF.set(first, letter);
  }
  return letter;
}
const LETTER_OF = new Map<string, string>();

const SCRIPTS = { he: /^[\u05d0-\u05ea]/, en: /^[a-z]/ };

/** Where each different name stands: the script of the language first, then the other one, then the rest. */
function placesOf(names: Iterable<string>, language: string): Map<string, number> {
  const [own, other] = language === "he" ? [SCRIPTS.he, SCRIPTS.en] : [SCRIPTS.en, SCRIPTS.he];
  const parts: string[][] = [[], [], []];
  for (const name of new Set(names)) parts[own.test(name) ? 0 : other.test(name) ? 1 : 2]?.push(name);
  const sorted = parts.flatMap((part) => part.sort());
  return new Map(sorted.map((name, place) => [name, place]));
}

/** In the order of family names, then of first names; people of one name by their ids. */
export function inOrder(entries: readonly Entry[], language: string): Entry[] {
  const families = placesOf(
    entries.map(({ family }) => family),
    language,
  );
  const firsts = placesOf(
    entries.map(({ first }) => first),
    language,
  );
  // Numbers are sorted, not people: a name's place, and in its last digits whose it is.
  const count = entries.length;
  const order = Float64Array.from(
    entries,
    ({ family, first }, at) =>
      ((families.get(family) ?? 0) * firsts.size + (firsts.get(first) ?? 0)) * count + at,
  ).sort();
  return namesakesById(Array.from(order, (place) => entries[place % count] as Entry));
}

const isNamesake = (one: Entry | undefined, other: Entry | undefined): boolean =>
  one !== undefined && one.family === other?.family && one.first === other.first;

function namesakesById(entries: Entry[]): Entry[] {
  for (let at = 0; at < entries.length; at += 1) {
    const from = at;
    while (isNamesake(entries[from], entries[at + 1])) at += 1;
    if (at === from) continue;
    const same = entries.slice(from, at + 1).sort((one, other) => (one.person.id < other.person.id ? -1 : 1));
    entries.splice(from, same.length, ...same);
  }
  return entries;
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

/** Most fit nothing, which two comparisons tell. */
function rankOf(entry: Entry, { words, whole, digits }: Wanted): number {
  const { first, family } = entry;
  if (!words.every((word) => family.includes(word) || first.includes(word)))
    return digits !== "" && phoneOf(entry).includes(digits) ? 3 : -1;
  if (family.startsWith(whole) || first.startsWith(whole)) return 0;
  if (words.length > 1 && [`${first} ${family}`, `${family} ${first}`].some((name) => name.startsWith(whole)))
    return 0;
  return words.every((word) => begins(family, word) || begins(first, word)) ? 1 : 2;
}

const begins = (name: string, word: string): boolean => name.startsWith(word) || name.includes(` ${word}`);

function phoneOf(entry: Entry): string {
  entry.digits ??= entry.person.phone === null ? "" : digitsOf(entry.person.phone);
  return entry.digits;
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
