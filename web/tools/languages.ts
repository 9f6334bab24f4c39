import type { Plugin } from "vite";
import { LANGUAGES, type Language } from "./catalogue.ts";

const DIRECTION: Record<Language, "rtl" | "ltr"> = { he: "rtl", en: "ltr" };
const FONT: Record<Language, RegExp> = {
  he: /noto-sans-hebrew-hebrew-wght-normal.*\.woff2$/,
  en: /noto-sans-hebrew-latin-wght-normal.*\.woff2$/,
};

/** One `index.<language>.html` for each language, so that language and direction are there from the first byte. */
export function languages(): Plugin {
  return {
    name: "languages",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const shell = bundle["index.html"];
      if (shell?.type !== "asset") throw new Error("index.html was not built");
      const names = Object.keys(bundle);
      for (const language of LANGUAGES) {
        const words = Object.values(bundle).find(
          (part) => part.type === "chunk" && part.facadeModuleId === `\0virtual:messages/${language}`,
        );
        const font = names.find((name) => FONT[language].test(name));
        if (!words || !font) throw new Error(`no words or no font for ${language}`);
        const source = String(shell.source)
          .replace(/<html[^>]*>/, `<html lang="${language}" dir="${DIRECTION[language]}">`)
          .replace(
            "</head>",
            `<link rel="manifest" href="/app/manifest.${language}.webmanifest">` +
              `<link rel="preload" href="/app/${font}" as="font" type="font/woff2" crossorigin>` +
              `<link rel="modulepreload" crossorigin href="/app/${words.fileName}"></head>`,
          );
        this.emitFile({ type: "asset", fileName: `index.${language}.html`, source });
      }
      delete bundle["index.html"];
    },
  };
}
