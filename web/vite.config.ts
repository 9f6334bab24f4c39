import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { defineConfig } from "vite";
import { languages } from "./tools/languages.ts";
import { messages } from "./tools/messages.ts";
import { precompressed } from "./tools/precompressed.ts";
import { worker } from "./tools/worker.ts";

const API = process.env.PAZPAZ_API ?? "http://127.0.0.1:8000";
const proxied = { target: API, changeOrigin: false };

// What a first screen needs comes in few files: on a slow line each further one waits for its turn.
const FEW = [
  { name: "index", test: /src\/main\.ts$|preload-helper/, priority: 3 },
  { name: "app", test: /src\/(start|today\/Today)\.tsx$|make-plural|@messageformat/, priority: 2 },
  // The looks of what opens after Today: many small files would travel as more bytes than one.
  {
    name: "looks",
    test: /src\/(?!today|shell\/(?!Waiting)|welcome\/(?!Devices)|calendar|ui).*\.css$|src\/ui\/(?:Fold|Diff|FormFoot|Choice|Unsaved)\.module\.css$/,
    priority: 1,
  },
  { name: "door", test: /src\/welcome\/Welcome\.tsx$/, priority: 1 },
];

const SRC = join(import.meta.dirname, "src");

/** Short names of classes: two letters for the file, and the name within it. */
const named = (name: string, file: string): string =>
  `${createHash("sha256")
    .update(relative(SRC, file))
    .digest("base64url")
    .replace(/[^a-z]/gi, "")
    .slice(0, 3)}_${name}`;

export default defineConfig({
  base: "/app/",
  plugins: [messages(), languages(), worker(), precompressed()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  css: { modules: { localsConvention: "camelCaseOnly", generateScopedName: named } },
  build: {
    outDir: process.env.PAZPAZ_WEB_OUT ?? "../backend/src/pazpaz/webapp/assets",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0, // the Content-Security-Policy knows no data: address
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
    rolldownOptions: { output: { codeSplitting: { groups: FEW } } },
  },
  server: {
    proxy: { "/api": proxied, "/sign-in": proxied, "/second-factor": proxied, "/dev/mail": proxied },
  },
});
