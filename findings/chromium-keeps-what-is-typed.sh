#!/usr/bin/env bash
#
# Surprising: Chromium writes what somebody types into a <textarea> to its profile, in plain UTF-16 and within seconds,
# though the page stores nothing and nothing is submitted: session restore keeps the fields' values in <profile>/Sessions/.
# An app that encrypts its IndexedDB to the last record leaves the same words beside it. A field with autocomplete="off"
# is left out; the name says forms and suggestions, not files. Whoever keeps health data off a disk wants it on every field.
#
# Versions: playwright-core 1.65.1 driving Debian's chromium; seen with 156.0.8078.108 and --headless=new.
#
# Seen (files of the profile, the browser still open, that hold the typed word in UTF-8 or UTF-16):
#   plain field: Default/Sessions/Session_N
#   autocomplete=off: none
#
# Exits 0 when it is so, 1 when it has changed. Needs node 18 or newer, npm and /usr/bin/chromium.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts playwright-core@1.65.1 >/dev/null

cat >look.mjs <<'JAVASCRIPT'
import { createServer } from "node:http";
import { mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { chromium } from "playwright-core";

const WORD = "mockingbird";
const page = (field) => `<!doctype html><meta charset="utf-8"><title>A page</title><textarea ${field}></textarea>`;
const server = createServer((request, answer) => {
  answer.setHeader("content-type", "text/html");
  answer.end(page(request.url === "/off" ? 'autocomplete="off"' : ""));
}).listen(0, "127.0.0.1");
await new Promise((ready) => server.once("listening", ready));
const origin = `http://127.0.0.1:${server.address().port}`;

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

function holding(profile) {
  const forms = [Buffer.from(WORD, "utf8"), Buffer.from(WORD, "utf16le")];
  const found = [...files(profile)].filter((path) => {
    const bytes = readFileSync(path);
    return forms.some((form) => bytes.includes(form));
  });
  return found.map((path) => relative(profile, path).replace(/\d+$/, "N")).join(" ") || "none";
}

for (const [name, path] of [["plain field", "/"], ["autocomplete=off", "/off"]]) {
  const profile = mkdtempSync(join(process.cwd(), "profile-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: "/usr/bin/chromium",
    headless: false,
    args: ["--headless=new", "--no-sandbox", "--disable-gpu"],
  });
  const tab = browser.pages()[0] ?? (await browser.newPage());
  await tab.goto(origin + path);
  await tab.locator("textarea").pressSequentially(WORD, { delay: 30 });
  await tab.waitForTimeout(15_000);
  console.log(`${name}: ${holding(profile)}`);
  await browser.close();
}
server.close();
JAVASCRIPT

seen=$(node look.mjs)
printf '%s\n' "$seen"
expected='plain field: Default/Sessions/Session_N
autocomplete=off: none'
[ "$seen" = "$expected" ]
