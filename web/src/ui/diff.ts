// What changed between two texts, word by word.
import { type Change, diffArrays } from "diff";

export interface Piece {
  kind: "same" | "gone" | "new";
  text: string;
}

// Past so many changes a text was rewritten: the search would take long, and what it finds reads like confetti.
const MOST_CHANGES = 1200;
const WORD = /[\p{L}\p{M}\p{N}_]+(?:['"’”׳״][\p{L}\p{M}\p{N}_]+)*|\s+|[^\s]/gu;

const wordsOf = (text: string): string[] => text.match(WORD) ?? [];

/** The pieces of both texts in order; without those that are new it is the first, without those gone the second. */
export function wordDiff(before: string, after: string): Piece[] {
  if (before === after) return before === "" ? [] : [{ kind: "same", text: before }];
  const [old, now] = [wordsOf(before), wordsOf(after)];
  const found = diffArrays(old, now, { maxEditLength: MOST_CHANGES }) as Change[] | undefined;
  return whole(found ? found.map(pieceOf) : apart(old, now));
}

const pieceOf = (change: Change): Piece => ({
  kind: change.added ? "new" : change.removed ? "gone" : "same",
  text: (change.value as unknown as string[]).join(""),
});

/** The same beginning and end, and all between them as one change. */
function apart(old: readonly string[], now: readonly string[]): Piece[] {
  const most = Math.min(old.length, now.length);
  let first = 0;
  while (first < most && old[first] === now[first]) first += 1;
  let last = 0;
  while (last < most - first && old[old.length - 1 - last] === now[now.length - 1 - last]) last += 1;
  return [
    { kind: "same", text: old.slice(0, first).join("") },
    { kind: "gone", text: old.slice(first, old.length - last).join("") },
    { kind: "new", text: now.slice(first, now.length - last).join("") },
    { kind: "same", text: old.slice(old.length - last).join("") },
  ];
}

/** A space between two changed words belongs to the change, so that a changed sentence reads as one. */
function whole(pieces: readonly Piece[]): Piece[] {
  const done: Piece[] = [];
  let [gone, fresh] = ["", ""];
  const close = (): void => {
    if (gone) done.push({ kind: "gone", text: gone });
    if (fresh) done.push({ kind: "new", text: fresh });
    [gone, fresh] = ["", ""];
  };
  pieces.forEach((piece, at) => {
    const isShared = piece.kind === "same" && isBetween(pieces, at);
    if (piece.kind === "gone" || isShared) gone += piece.text;
    if (piece.kind === "new" || isShared) fresh += piece.text;
    if (piece.kind !== "same" || isShared) return;
    close();
    if (piece.text) done.push(piece);
  });
  close();
  return done;
}

const isChange = (piece: Piece | undefined): boolean => piece !== undefined && piece.kind !== "same";
const isBetween = (pieces: readonly Piece[], at: number): boolean =>
  pieces[at]?.text.trim() === "" && isChange(pieces[at - 1]) && isChange(pieces[at + 1]);
