import { diffArrays } from "diff";

const LINES = /[^\n]*\n|[^\n]+$/g;
const MOST_CHANGES = 1200;
const linesOf = (text: string): string[] => `${text.replace(/\n$/, "")}\n`.match(LINES) ?? [];

/** Both texts in one: lines that they share once, the others one after the other. */
export function together(before: string, after: string): string {
  if (!before.trim()) return after;
  if (!after.trim()) return before;
  const [old, now] = [linesOf(before), linesOf(after)];
  const found = diffArrays(old, now, { maxEditLength: MOST_CHANGES });
  const lines = found ? found.flatMap(({ value }) => value) : [...old, ...now];
  return lines.join("").replace(/\n$/, "");
}
