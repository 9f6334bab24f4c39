import { describe, expect, test } from "vitest";
import { guess, languageOf, partOf } from "../../src/sw/rules.ts";

const ORIGIN = "https://practice.example";
const FILES = new Set(["/app/icon.svg", "/app/index.he.html"]);
const part = (path: string, mode = "navigate", method = "GET") =>
  partOf({ url: path.startsWith("https:") ? path : ORIGIN + path, method, mode }, ORIGIN, FILES);

describe("what the service worker answers", () => {
  test.each(["/app/", "/app/calendar?view=week", "/app/notes/0193-some", "/app/clients/api/v1"])(
    "a page of the app: %s",
    (path) => expect(part(path)).toBe("page"),
  );

  test.each(["/app/assets/App-1a2b.js", "/app/icon.svg", "/app/index.he.html"])("a file: %s", (path) => {
    expect(part(path, "cors")).toBe("file");
    expect(part(path, "navigate")).toBe("file");
  });
});

describe("what the service worker has nothing to do with", () => {
  test.each([
    "/",
    "/app",
    "/apple/",
    "/api/v1/clients",
    "/r/some-token",
    "/d/some-token",
    "/sign-in",
    "/second-factor",
    "/dev/mail/",
    "/health/ready",
    "/app/sw.js",
    "https://store.example/app/assets/photo.jpg?X-Amz-Signature=1",
    "https://store.example/app/",
  ])("%s, whatever asks for it", (path) => {
    for (const mode of ["navigate", "cors", "no-cors", "same-origin"]) expect(part(path, mode)).toBe(null);
  });

  test("what a page asks for that is none of its files", () => {
    expect(part("/app/clients", "cors")).toBe(null);
    expect(part("/app/unknown.json", "same-origin")).toBe(null);
  });

  test.each(["POST", "PUT", "DELETE", "HEAD"])("a %s", (method) => {
    expect(part("/app/", "navigate", method)).toBe(null);
    expect(part("/app/icon.svg", "cors", method)).toBe(null);
  });
});

describe("the language of a page that is kept", () => {
  test("is the chosen one, and of no other is anything said", () => {
    expect(["he", "en", "fr", "", undefined].map(languageOf)).toEqual(["he", "en", null, null, null]);
  });

  test.each([
    [["he-IL", "en"], "he"],
    [["iw"], "he"],
    [["fr", "en-GB", "he"], "en"],
    [["fr"], "en"],
    [[], "en"],
  ])("is guessed from %j as the server does", (wanted, language) => {
    expect(guess(wanted)).toBe(language);
  });
});
