import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const SCRIPT = "sw.js";
/** What the worker keeps: no page for nobody, no map, nothing that only the server reads. */
const KEPT =
  /^(?:assets\/[^/]+\.(?:js|css|woff2)|index\.(?:he|en)\.html|icon\.svg|icons\/[\w-]+\.png|manifest\.\w+\.webmanifest)$/;

/** `sw.js`, with the names and hashes of the files as they lie in the folder, and a version made of them. */
export function worker(): Plugin {
  let folder = "";
  return {
    name: "worker",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      folder = config.build.outDir;
    },
    buildStart() {
      this.emitFile({ type: "chunk", id: "/src/sw/sw.ts", fileName: SCRIPT });
    },
    generateBundle(_options, bundle) {
      const script = bundle[SCRIPT];
      if (
        script?.type !== "chunk" ||
        script.imports.length ||
        script.dynamicImports.length ||
        script.exports.length
      )
        throw new Error("the service worker is one classic script, and shares none of the app's files");
    },
    closeBundle() {
      const path = join(folder, SCRIPT);
      const code = readFileSync(path, "utf8");
      const files = filesOf(folder);
      const version = createHash("sha256")
        .update(code)
        .update(JSON.stringify(files))
        .digest("hex")
        .slice(0, 16);
      writeFileSync(path, `const BUILT=${JSON.stringify({ version, files })};\n${code}`);
    },
  };
}

function filesOf(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => KEPT.test(name) && statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => [`/app/${name}`, integrityOf(readFileSync(join(folder, name)))]);
}

const integrityOf = (bytes: Buffer): string =>
  `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
