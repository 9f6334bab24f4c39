// What is typed into a client's form, as text, and what is sent of it.
import type { Schemas } from "../api/client.ts";

export type Client = Schemas["ClientRecord"];
export type Changes = Schemas["ClientUpdate"];

export const FIELDS = [
  "first_name",
  "last_name",
  "phone",
  "email",
  "date_of_birth",
  "address",
  "locale",
  "timezone",
  "tags",
  "notes",
  "consent_given_at",
  "reminders_opt_out",
] as const;
export type FieldName = (typeof FIELDS)[number];
export type Values = Record<FieldName, string>;

const NOTHING = Object.fromEntries(FIELDS.map((field) => [field, ""])) as Values;

export function valuesOf(client: Partial<Client> | null): Values {
  if (!client) return NOTHING;
  const plain = FIELDS.map((field) => [field, String(client[field] ?? "")]);
  return {
    ...(Object.fromEntries(plain) as Values),
    date_of_birth: client.date_of_birth ? typedDay(client.date_of_birth) : "",
    tags: (client.tags ?? []).join(", "),
    reminders_opt_out: client.reminders_opt_out ? "yes" : "",
  };
}

export const touched = (before: Values, after: Values): FieldName[] =>
  FIELDS.filter((field) => before[field] !== after[field]);

/** Only what was touched: the rest of a client is nobody's business of this form. */
export function changesOf(before: Values, after: Values): Changes {
  return Object.fromEntries(touched(before, after).map((field) => [field, sent(field, after[field])]));
}

function sent(field: FieldName, typed: string): unknown {
  if (field === "reminders_opt_out") return typed !== "";
  if (field === "date_of_birth") return dayOf(typed);
  if (field === "tags") return tagsOf(typed);
  if (field === "notes") return typed === "" ? null : typed;
  return typed.trim() === "" ? null : typed.trim();
}

/** Tags as they were typed, between commas; each once. */
export function tagsOf(typed: string): string[] | null {
  const tags = [...new Set(typed.split(",").map((tag) => tag.trim()))].filter(Boolean);
  return tags.length > 0 ? tags : null;
}

/** 1990-03-04 as it is typed: 04/03/1990. */
export const typedDay = (day: string): string => day.split("-").reverse().join("/");

/** A typed day, month and year as 1990-03-04; null if it is no day, or lies outside of a life. */
export function dayOf(typed: string, latest = "9999-12-31"): string | null {
  const found =
    /^(\d{1,2})[/.\- ]+(\d{1,2})[/.\- ]+(\d{4})$/.exec(typed.trim()) ??
    /^(\d{2})(\d{2})(\d{4})$/.exec(typed.trim());
  if (!found) return null;
  const [, day = "", month = "", year = ""] = found;
  const written = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const date = new Date(`${written}T12:00:00Z`);
  const isDay = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(written);
  return isDay && written >= "1900-01-01" && written <= latest ? written : null;
}

export interface Merged {
  values: Values;
  /** Fields that somebody else changed meanwhile. */
  changed: FieldName[];
  /** Of those, the ones that were changed here too, with what stands there now. */
  contested: Partial<Values>;
}

/** After a change elsewhere: untouched fields follow it, touched ones stay as they are here. */
export function merge(before: Values, mine: Values, theirs: Values): Merged {
  const changed = FIELDS.filter((field) => theirs[field] !== before[field]);
  const values = { ...theirs };
  const contested: Partial<Values> = {};
  for (const field of touched(before, mine)) {
    values[field] = mine[field];
    if (changed.includes(field) && theirs[field] !== mine[field]) contested[field] = theirs[field];
  }
  return { values, changed, contested };
}
