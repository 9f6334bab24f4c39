import type { Plugin, Rollup } from "vite";
import { LANGUAGES, type Language } from "./catalogue.ts";

const DIRECTION: Record<Language, "rtl" | "ltr"> = { he: "rtl", en: "ltr" };
const FONT: Record<Language, RegExp> = {
  he: /noto-sans-hebrew-hebrew-wght-normal.*\.woff2$/,
  en: /noto-sans-hebrew-latin-wght-normal.*\.woff2$/,
};
// Where most people come first: with a sign-in, and without one.
const FIRST = { "": "/src/today/Today.tsx", nobody: "/src/welcome/Welcome.tsx" } as const;

/**
 * One page for each language, so that language and direction are there from the first byte, with links to fetch at
 * once what it needs first; and one for each to whom nobody is signed in, which asks the server nothing.
 */
export function languages(): Plugin {
  return {
    name: "languages",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const shell = bundle["index.html"];
      if (shell?.type !== "asset") throw new Error("index.html was not built");
      for (const language of LANGUAGES) {
        for (const who of ["", "nobody"] as const) {
          const fileName = ["index", language, who, "html"].filter(Boolean).join(".");
          const source = pageOf(String(shell.source), bundle, language, who);
          this.emitFile({ type: "asset", fileName, source });
        }
      }
      delete bundle["index.html"];
    },
  };
}

function pageOf(
  shell: string,
  bundle: Rollup.OutputBundle,
  language: Language,
  who: keyof typeof FIRST,
): string {
  const font = Object.keys(bundle).find((name) => FONT[language].test(name));
  if (!font) throw new Error(`no font for ${language}`);
  const first = ["/src/start.tsx", `\0virtual:messages/${language}`, FIRST[who]];
  const links = [
    ...preloads(
      bundle,
      first.map((module) => chunkOf(bundle, module)),
      shell,
    ),
    `<link rel="preload" href="/app/${font}" as="font" type="font/woff2" crossorigin>`,
    `<link rel="manifest" href="/app/manifest.${language}.webmanifest">`,
  ];
  return shell
    .replace(
      /<html[^>]*>/,
      `<html lang="${language}" dir="${DIRECTION[language]}"${who === "nobody" ? " data-nobody" : ""}>`,
    )
    .replace("</head>", `${links.join("")}</head>`);
}

function chunkOf(bundle: Rollup.OutputBundle, module: string): string {
  const found = Object.values(bundle).find(
    (part) => part.type === "chunk" && part.moduleIds.some((id) => id.endsWith(module)),
  );
  if (!found) throw new Error(`${module} was not built`);
  return found.fileName;
}

/** Links that fetch these chunks, what they need and their styles beside the entry, instead of when it has run. */
function preloads(bundle: Rollup.OutputBundle, first: readonly string[], known: string): string[] {
  const found = new Set<string>();
  const styles = new Set<string>();
  const visit = (name: string): void => {
    const part = bundle[name];
    if (part?.type !== "chunk" || found.has(name)) return;
    found.add(name);
    for (const style of part.viteMetadata?.importedCss ?? []) styles.add(style);
    for (const imported of part.imports) visit(imported);
  };
  for (const name of first) visit(name);
  const isNew = (name: string): boolean => !known.includes(name);
  return [
    ...[...styles].filter(isNew).map((name) => `<link rel="stylesheet" crossorigin href="/app/${name}">`),
    ...[...found].filter(isNew).map((name) => `<link rel="modulepreload" crossorigin href="/app/${name}">`),
  ];
}
