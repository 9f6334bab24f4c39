import { effect, signal } from "@preact/signals";
import { direction, type Language, language } from "./language.ts";
import type { Messages } from "./messages.gen.ts";

export type MessageKey = keyof Messages;
/** The keys of messages that need no arguments. */
export type PlainKey = { [K in MessageKey]: Messages[K] extends null ? K : never }[MessageKey];
type Given<K extends MessageKey> = Messages[K] extends null ? [] : [Messages[K]];
type Compiled = Record<string, (given: Record<string, unknown>) => string>;

const words = signal<Compiled>({});
const sources: Record<Language, () => Promise<{ default: Compiled }>> = {
  he: () => import("virtual:messages/he"),
  en: () => import("virtual:messages/en"),
};

async function load(wanted: Language): Promise<void> {
  const loaded = await sources[wanted]();
  if (language.value !== wanted) return;
  document.documentElement.lang = wanted;
  document.documentElement.dir = direction();
  words.value = loaded.default;
}

/** Load the words of the language shown now, and those of the next one when it is chosen. */
export async function startWords(): Promise<void> {
  await load(language.value);
  effect(() => void load(language.value));
}

const NOTHING = {};

/** A text in the language shown. Each text argument is isolated, so that a name in the other script moves nothing. */
export function t<K extends MessageKey>(key: K, ...[given]: Given<K>): string {
  const message = words.value[key];
  if (message === undefined) return key;
  return message(given ? isolated(given as Record<string, unknown>) : NOTHING);
}

function isolated(given: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(given);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "string" ? bdi(value) : value]),
  );
}

/** First-strong isolate (UAX #9): for a name inside a sentence that is no HTML. */
export const bdi = (text: string): string => (/^[\u2066-\u2068]/.test(text) ? text : `\u2068${text}\u2069`);

/** Left-to-right isolate: phone numbers, addresses, ranges of times. */
export const ltr = (text: string): string => `\u2066${text}\u2069`;
