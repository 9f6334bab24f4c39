import type { Plugin, Rollup } from "vite";
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
      const early = preloads(bundle, names.find(isApp), String(shell.source));
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
              `<link rel="modulepreload" crossorigin href="/app/${words.fileName}">${early}</head>`,
          );
        this.emitFile({ type: "asset", fileName: `index.${language}.html`, source });
      }
      delete bundle["index.html"];
    },
  };
}

const isApp = (name: string): boolean => /^assets\/App-[^/]*\.js$/.test(name);

/** Links that fetch what every page needs beside the entry, instead of when the entry has run. */
function preloads(bundle: Rollup.OutputBundle, first: string | undefined, known: string): string {
  if (!first) throw new Error("no App was built");
  const found = new Set<string>();
  const styles = new Set<string>();
  const visit = (name: string): void => {
    const part = bundle[name];
    if (part?.type !== "chunk" || found.has(name)) return;
    found.add(name);
    for (const style of part.viteMetadata?.importedCss ?? []) styles.add(style);
    for (const imported of part.imports) visit(imported);
  };
  visit(first);
  const isNew = (name: string): boolean => !known.includes(name);
  return [
    ...[...found].filter(isNew).map((name) => `<link rel="modulepreload" crossorigin href="/app/${name}">`),
    ...[...styles]
      .filter(isNew)
      .map((name) => `<link rel="preload" as="style" crossorigin href="/app/${name}">`),
  ].join("");
}
