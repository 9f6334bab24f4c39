// Texts as the server counts and takes them.
/** Characters of one field, counted as Python counts them. */
export const MOST = 20_000;
const NEAR = 1000;

/** Code points: a pair of surrogates is one character. */
export function codePoints(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length - 1; at += 1) {
    if (isPair(text, at)) {
      pairs += 1;
      at += 1;
    }
  }
  return text.length - pairs;
}

const isPair = (text: string, at: number): boolean =>
  (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;

/** How many characters are left, once that matters; less than none when it is too long. */
export function leftOf(text: string): number | null {
  if (text.length < MOST - NEAR) return null; // nothing is counted that need not be
  const left = MOST - codePoints(text);
  return left <= NEAR ? left : null;
}

/** Lines as a text field has them. */
export const lines = (text: string): string => text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");

export interface Span {
  from: number;
  to: number;
  text: string;
}

/** The one part in which two texts differ, so that what stands around it is left alone. */
export function changed(before: string, after: string): Span {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let same = 0;
  while (same < most - from && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  if (from > 0 && isPair(before, from - 1)) from -= 1;
  if (same > 0 && isPair(before, before.length - same - 1)) same -= 1;
  return { from, to: before.length - same, text: after.slice(from, after.length - same) };
}

/** A text behind another, on a line of its own. */
export const behind = (before: string, text: string): string =>
  before.trim() === "" ? text : `${before.trimEnd()}\n${text}`;
