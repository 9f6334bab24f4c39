import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { catalogue, files, LANGUAGES } from "./catalogue.ts";

// CommonJS packages without a usable default export for ES modules.
const require = createRequire(import.meta.url);
const MessageFormat = require("@messageformat/core") as typeof import("@messageformat/core").default;
const compileModule = require("@messageformat/core/compile-module") as (
  format: unknown,
  texts: Record<string, string>,
) => string;
const PREFIX = "virtual:messages/";

/** `virtual:messages/<language>` is that language's messages, compiled to functions: nothing parses at run time. */
export function messages(): Plugin {
  return {
    name: "messages",
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      const language = LANGUAGES.find((one) => id === `\0${PREFIX}${one}`);
      if (language === undefined) return undefined;
      for (const file of files(language)) this.addWatchFile(file);
      return compileModule(new MessageFormat(language), catalogue(language));
    },
  };
}
