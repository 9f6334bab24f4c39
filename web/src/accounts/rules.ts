import type { Schemas } from "../api/client.ts";

const MINUTE = 60_000;
const AWAY = 10 * MINUTE;

/** How long nobody may touch the app before it locks: a little before the server would. */
export function awayLimit(idleMinutes: number, hasFactor: boolean): number {
  const server = idleMinutes * MINUTE;
  const before = server - Math.min(MINUTE / 2, server / 4);
  return hasFactor ? Math.min(AWAY, before) : before;
}

/** Whether somebody has been away for so long; a clock that was set back is no absence. */
export const isAway = (lastTouched: number, now: number, limit: number): boolean =>
  now - lastTouched >= limit;

export interface Link {
  token: string;
  workspace_id?: string;
}

const TOKEN = /[#&]token=([A-Za-z0-9_-]{20,100})/;
const PRACTICE = /&workspace=([0-9a-f-]{36})/i;

/** The token of a mailed link, out of whatever was pasted: the link, the mail's text, or what a mail filter made of it. */
export function linkOf(pasted: string): Link | null {
  const text = [pasted, decoded(pasted)].find((one) => TOKEN.test(one));
  const bare = pasted.trim();
  if (text === undefined) return /^[A-Za-z0-9_-]{20,100}$/.test(bare) ? { token: bare } : null;
  const practice = PRACTICE.exec(text)?.[1];
  return { token: TOKEN.exec(text)?.[1] ?? "", ...(practice && { workspace_id: practice }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Two letters that tell people of one practice apart. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = (word: string | undefined): string => [...(word ?? "")][0] ?? "";
  return first(words[0]) + (words.length > 1 ? first(words.at(-1)) : "");
}

/** Six digits read easier as twice three. */
export const inGroups = (code: string): string => code.replace(/(\d{3})(?=\d)/g, "$1 ");

/** What was typed as six digits, without the spaces and dashes between them. */
export const digitsOf = (typed: string): string => typed.replace(/[\s-]/g, "");

/** How far somebody is in: what the answer about them says. */
export function standing({
  second_factor: factor,
  sign_in,
}: Schemas["Me"]): "locked" | "factor-due" | "open" {
  if (sign_in?.locked) return "locked";
  return (factor.is_required || factor.is_enrolled) && factor.proved_at === null ? "factor-due" : "open";
}
