// How clients are ordered and found: names are folded once, when the index arrives; a key press only compares.
// What is done for each of ten thousand people when a list opens is little, and looks at each different name once.
import { fold } from "./names.ts";
import {
  type Dialling,
  isNumber,
  isPhone,
  NOWHERE,
  numbersIn,
  type PhoneNumber,
  type WantedNumber,
  wantedIn,
} from "./phones.ts";

export interface Person {
  id: string;
  first_name: string;
  last_name: string;
  phone: string | null;
  /** As it is dialled, where it was not typed so. */
  phone_shown?: string | null;
  /** Not there in what a device takes along. */
  email?: string | null;
  archived: boolean;
  /** Not there for those who see no tags. */
  tags?: readonly string[];
}

/** A person with their folded names; the family's is the first where there is no other. */
export interface Entry {
  person: Person;
  first: string;
  family: string;
  /** Null until somebody looks for a phone, or for what is no part of a name. */
  numbers: readonly PhoneNumber[] | null;
  email: string | null;
  letter: string;
}

export function entryOf(person: Person, folded = fold): Entry {
  const first = folded(person.first_name);
  const family = folded(person.last_name) || first;
  return { person, first, family, numbers: null, email: null, letter: letterOf(family) };
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
export function find(
  entries: readonly Entry[],
  typed: string,
  dialling: Dialling = NOWHERE,
  limit = Number.POSITIVE_INFINITY,
): Entry[] {
  if (typed.trim() === "") return entries.slice(0, limit);
  const words = fold(typed).split(" ").filter(Boolean);
  const wanted = { words, whole: words.join(" "), numbers: wantedIn(typed, dialling), dialling };
  const ranks: Entry[][] = [[], [], [], []];
  for (const entry of entries) {
    const rank = rankOf(entry, wanted);
    if (rank >= 0) ranks[rank]?.push(entry);
  }
  return ranks.flat().slice(0, limit);
}

interface Wanted {
  words: readonly string[];
  whole: string;
  numbers: readonly WantedNumber[];
  dialling: Dialling;
}

/** Most fit nothing, which two comparisons tell. */
function rankOf(entry: Entry, wanted: Wanted): number {
  const { words, whole } = wanted;
  const { first, family } = entry;
  if (words.length === 0 || !words.every((word) => isIn(word, entry)))
    return hasNumbers(entry, wanted) ? 3 : -1;
  if (family.startsWith(whole) || first.startsWith(whole)) return 0;
  if (words.length > 1 && [`${first} ${family}`, `${family} ${first}`].some((name) => name.startsWith(whole)))
    return 0;
  return words.every((word) => begins(family, word) || begins(first, word)) ? 1 : 2;
}

/** Whether it is a part of a name or of the e-mail, or begins one that is written in two words. */
const isIn = (word: string, entry: Entry): boolean =>
  entry.family.includes(word) ||
  entry.first.includes(word) ||
  beginsWhole(entry.family, word) ||
  beginsWhole(entry.first, word) ||
  emailOf(entry).includes(word);

const begins = (name: string, word: string): boolean => name.startsWith(word) || name.includes(` ${word}`);

const beginsWhole = (name: string, word: string): boolean =>
  name.includes(" ") && name.replaceAll(" ", "").startsWith(word);

function emailOf(entry: Entry): string {
  entry.email ??= entry.person.email ? fold(entry.person.email) : "";
  return entry.email;
}

function hasNumbers(entry: Entry, { numbers, dialling }: Wanted): boolean {
  if (numbers.length === 0 || entry.person.phone === null) return false;
  entry.numbers ??= numbersIn(phoneOf(entry.person) ?? "", dialling);
  const own = entry.numbers;
  return numbers.every((wanted) => own.some((number) => isNumber(wanted, number)));
}

/** A phone as it is shown: in the form in which it is dialled, or as it was typed. */
export const phoneOf = (person: Pick<Person, "phone" | "phone_shown">): string | null =>
  person.phone_shown ?? person.phone;

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
  return isPhone(text) ? { phone: text } : namesOf(text);
}

/** Whole years from a birth date to a day. */
export function ageOn(born: string, day: Temporal.PlainDate): number | null {
  const years = Temporal.PlainDate.from(born).until(day, { largestUnit: "years" }).years;
  return years < 0 ? null : years;
}

export const fullName = (person: { first_name: string; last_name: string }): string =>
  `${person.first_name} ${person.last_name}`.trim();
