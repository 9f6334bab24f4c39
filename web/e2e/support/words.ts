import { createRequire } from "node:module";
import { catalogue } from "../../tools/catalogue.ts";

const require = createRequire(import.meta.url);
const MessageFormat = require("@messageformat/core") as typeof import("@messageformat/core").default;
type Given = Record<string, string | number>;

const bdi = (text: string): string => (/^[\u2066-\u2068]/.test(text) ? text : `\u2068${text}\u2069`);

/** What the app says in a language, as its own `t`. */
export function wordsIn(language: "he" | "en"): (key: string, given?: Given) => string {
  const format = new MessageFormat(language);
  const texts = catalogue(language);
  return (key, given = {}) => {
    const text = texts[key];
    if (text === undefined) throw new Error(`no message ${key}`);
    const isolated = Object.entries(given).map(([name, value]) => [
      name,
      typeof value === "string" ? bdi(value) : value,
    ]);
    return String(format.compile(text)(Object.fromEntries(isolated)));
  };
}
