// A browser with a folder of its own on the disk, and what lies in it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { type BrowserContext, chromium } from "playwright-core";
import { chromiumPath, QUIET } from "./chromium.ts";
import type { Person } from "./people.ts";
import { place } from "./place.ts";

/** A browser that keeps what it keeps in this folder, signed in as somebody. */
export async function openProfile(
  folder: string,
  person: Person | null,
  args: readonly string[] = [],
): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath() ?? "",
    args: ["--no-sandbox", "--disable-gpu", ...QUIET, ...args],
    baseURL: place.base,
    locale: "he-IL",
  });
  const cookies = [...(person?.cookies ?? [])];
  await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: place.base })));
  return context;
}

const DECODERS = [gunzipSync, inflateSync, brotliDecompressSync, zstdDecompressSync];

/** The text in both of the ways a browser writes it down, also inside what it compressed. */
function holds(bytes: Buffer, text: string): boolean {
  if (["utf8", "utf16le"].some((coding) => bytes.includes(Buffer.from(text, coding as BufferEncoding))))
    return true;
  return DECODERS.some((decode) => {
    try {
      return decode(bytes).includes(Buffer.from(text));
    } catch {
      return false;
    }
  });
}

/** The files of a browser's folder in which a text stands, by their path below it. */
export const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => holds(readFileSync(path), text))
    .map((path) => path.slice(folder.length + 1));
