// Which phone number a search means. The server reads and shows the numbers that are kept; these few rules are
// those of `backend/src/pazpaz/clients/phones.py`, and can tell a number that is only begun.
import { withDigits } from "./names.ts";

/** How numbers are dialled where the practice is. */
export interface Dialling {
  calling_code: string;
  trunk_prefix: string;
  exit_codes: readonly string[];
}

/** Where nobody knows: only the digits as they are. */
export const NOWHERE: Dialling = { calling_code: "", trunk_prefix: "", exit_codes: ["00"] };

/** All digits of a number with the country's code, and those that are dialled at home; empty if unknown. */
export interface PhoneNumber {
  international: string;
  national: string;
  isHome: boolean;
}

/** What is looked for: how a number begins with its country's code, or a part of it. */
export interface WantedNumber {
  beginning: string;
  part: string;
}

const BETWEEN = "\\s().\\u00b7\\-\\u2010-\\u2015\\u2212\\u30fb";
const CHUNK = new RegExp(`(?:\\+[\\s(]{0,2})?[0-9][0-9${BETWEEN}]*`, "g");
const TYPED = new RegExp(`^(?:tel:)?[0-9${BETWEEN}+/,;*#]*$`, "i");
const WHOLE = 7; // fewer digits are a part of a number, and nothing is known of which part
const LEAST = 3; // fewer are part of every number

const digitsOf = (text: string): string => text.replace(/[^0-9]/g, "");

// Most numbers are written in these alone.
const PLAIN = /^[0-9+() -]*$/;

/** Without the marks that phones copy along, and with everybody's digits as ours. */
const cleaned = (text: string): string => (PLAIN.test(text) ? text : tidied(text)).trim();

const tidied = (text: string): string => withDigits(text.normalize("NFKC")).replace(/\p{Cf}/gu, "");

const chunksOf = (text: string): readonly string[] => text.match(CHUNK) ?? [];

/** The numbers of a phone field as it is shown. */
export const numbersIn = (shown: string, dialling: Dialling): PhoneNumber[] =>
  chunksOf(cleaned(shown)).map((chunk) => numberOf(chunk, dialling));

function numberOf(chunk: string, dialling: Dialling): PhoneNumber {
  const { calling_code: code, trunk_prefix: trunk, exit_codes } = dialling;
  const digits = digitsOf(chunk);
  if (chunk.startsWith("+")) {
    const space = chunk.indexOf(" ");
    const national = space < 0 ? "" : digitsOf(chunk.slice(space));
    return abroad(digitsOf(chunk.replaceAll("(0)", "")), dialling, national);
  }
  if (digits.length < WHOLE) return { international: "", national: digits, isHome: false };
  const exit = exit_codes.find((prefix) => digits.startsWith(prefix));
  if (exit !== undefined) return abroad(digits.slice(exit.length), dialling, "");
  const rest = trunk !== "" && digits.startsWith(trunk) ? digits.slice(trunk.length) : digits;
  return { international: code && code + rest, national: digits, isHome: code !== "" };
}

function abroad(
  digits: string,
  { calling_code: code, trunk_prefix: trunk }: Dialling,
  national: string,
): PhoneNumber {
  if (code === "" || !digits.startsWith(code)) return { international: digits, national, isHome: false };
  // No number of a country whose trunk prefix is 0 begins with it; one of Russia may begin with 8.
  const own = digits.slice(code.length);
  const rest = trunk === "0" && own.startsWith(trunk) ? own.slice(1) : own;
  return { international: code + rest, national: trunk + rest, isHome: true };
}

/** Whether what is typed could be a number and nothing else. */
export const isPhone = (typed: string): boolean => TYPED.test(cleaned(typed)) && /[0-9]/.test(cleaned(typed));

/** The numbers that a search means; none where it is something else. */
export function wantedIn(typed: string, dialling: Dialling): WantedNumber[] {
  const text = cleaned(typed);
  const chunks = TYPED.test(text) ? chunksOf(text) : [];
  if (chunks.some((chunk) => digitsOf(chunk).length < LEAST)) return [];
  return chunks.map((chunk) => wantedOf(chunk, dialling));
}

function wantedOf(chunk: string, dialling: Dialling): WantedNumber {
  const digits = digitsOf(chunk);
  const isWhole = digits.length >= WHOLE;
  const prefixes = [...dialling.exit_codes, dialling.trunk_prefix || "+"];
  if (chunk.startsWith("+") || (isWhole && prefixes.some((prefix) => digits.startsWith(prefix))))
    return { beginning: numberOf(chunk, dialling).international, part: "" };
  return { beginning: isWhole ? digits : "", part: digits };
}

/** Whether it is this number, begins it or is a part of it. */
export function isNumber(
  { beginning, part }: WantedNumber,
  { international, national, isHome }: PhoneNumber,
): boolean {
  if (beginning !== "" && international.startsWith(beginning)) return true;
  if (part === "") return false;
  // All digits of somebody abroad are never the end of another number.
  return part.length < WHOLE || isHome ? national.includes(part) : national.startsWith(part);
}
