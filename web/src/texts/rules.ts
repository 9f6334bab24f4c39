// What needs neither the network nor a page: names, what is typed behind a semicolon, where a template goes.
import { FIELDS, type Field } from "../vault/texts.ts";

export type Kind = "templates" | "snippets";
type Named = { title: string } | { name: string };

export const nameOf = (item: Named): string => ("title" in item ? item.title : item.name);
export const byName = (a: Named, b: Named): number =>
  nameOf(a).localeCompare(nameOf(b), undefined, { numeric: true });

/** As the server tells names apart. */
const alike = (text: string): string => text.normalize("NFKC").toLowerCase();

/** What is typed behind a semicolon, up to the caret: at the beginning of a word, and never in the middle of one. */
export interface Asked {
  /** With the semicolon, in UTF-16 units: what a snippet takes the place of. */
  length: number;
  name: string;
}

const BEFORE = /(?:^|[\s([{"'\u05be\u2068\u200e\u200f])([;\u061b]([^\s;\u061b]*))$/u;
const LONGEST = 81;

export function askedAt(text: string, caret: number): Asked | null {
  const found = BEFORE.exec(text.slice(Math.max(0, caret - LONGEST - 1), caret));
  return found ? { length: found[1]?.length ?? 0, name: found[2] ?? "" } : null;
}

const SHOWN = 8;

/** Those that begin so, then those that have it further in. */
export function matching<T extends { name: string }>(snippets: readonly T[], typed: string): T[] {
  const wanted = alike(typed);
  const starts = snippets.filter(({ name }) => alike(name).startsWith(wanted));
  const holds = snippets.filter(({ name }) => alike(name).indexOf(wanted) > 0);
  return [...starts, ...holds].slice(0, SHOWN);
}

type Parts = Partial<Record<Field, string | null>>;

/** The fields that a template says something in. */
export const saidIn = (template: Parts): Field[] => FIELDS.filter((field) => (template[field] ?? "").trim());

/** What a note says without what was put into it; words typed behind that stay. Null where it was changed. */
export function without(now: string, before: string, after: string): string | null {
  if (now === after) return before;
  return now.startsWith(after) ? before + now.slice(after.length) : null;
}

/** The first words of what an item says, for a row. */
export function glimpse(texts: readonly (string | null | undefined)[]): string {
  const said = texts.map((text) => (text ?? "").trim()).filter(Boolean);
  return said.join(" · ").replace(/\s+/g, " ").slice(0, 160);
}
