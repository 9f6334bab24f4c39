import { describe, expect, test } from "vitest";
import { isHeic, kindOf, nameFor, scaled } from "../../src/attachments/rules.ts";

const bytesOf = (said: string): Uint8Array => Uint8Array.from(said, (letter) => letter.charCodeAt(0));

describe("what may be attached", () => {
  test.each([
    ["a JPEG, whatever it is called", "\xff\xd8\xff\xe1", "picture"],
    ["a PNG", "\x89PNG\r\n\x1a\n", "picture"],
    ["a WebP", "RIFF\x1a\0\0\0WEBPVP8 ", "picture"],
    ["a HEIC", "\0\0\0\x18ftypheic", "picture"],
    ["a HEIC of several", "\0\0\0\x18ftypmif1", "picture"],
    ["a PDF", "%PDF-1.7\n", "pdf"],
    ["a PDF behind a byte order mark", "\xef\xbb\xbf%PDF-1.4", "pdf"],
    ["a PDF behind a line end", "\r\n%PDF-1.4", "pdf"],
    ["a page with a PDF in it", "<html>%PDF-1.4", "other"],
    ["a document of words", "PK\x03\x04", "other"],
    ["a film", "\0\0\0\x18ftypmp42", "other"],
    ["nothing", "", "other"],
  ])("%s is known by its first bytes", (_, head, kind) => {
    expect(kindOf(bytesOf(head), "application/octet-stream")).toBe(kind);
  });

  test("a picture of another kind is tried, and a PDF is none whatever is said of it", () => {
    expect(kindOf(bytesOf("II*\0"), "image/tiff")).toBe("picture");
    expect(kindOf(bytesOf("%PDF-1.7"), "image/jpeg")).toBe("pdf");
    expect(kindOf(bytesOf("\xff\xd8\xff"), "application/pdf")).toBe("picture");
  });

  test("HEIC is known by its name alone", () => {
    expect(isHeic({ name: "IMG_2.HEIF", type: "" })).toBe(true);
    expect(isHeic({ name: "IMG_2.jpg", type: "image/jpeg" })).toBe(false);
  });
});

describe("a picture as it is sent", () => {
  test.each([
    [4032, 3024, 2048, 1536],
    [3024, 4032, 1536, 2048],
    [2048, 100, 2048, 100],
    [800, 600, 800, 600],
    [30_000, 1, 2048, 1],
  ])("of %i × %i has %i × %i", (width, height, across, down) => {
    expect(scaled(width, height)).toEqual({ width: across, height: down });
  });

  test("keeps its name, with the ending of what it is now", () => {
    expect(nameFor("צילום.HEIC", "picture", "x")).toBe("צילום.jpg");
    expect(nameFor("C:\\a\\scan.v2.pdf", "pdf", "x")).toBe("scan.v2.pdf");
    expect(nameFor("Dr. Cohen", "pdf", "x")).toBe("Dr. Cohen.pdf");
    expect(nameFor("image:1641", "picture", "x")).toBe("image:1641.jpg");
    expect(nameFor("", "picture", "תמונה")).toBe("תמונה.jpg");
    expect(nameFor(".png", "picture", "תמונה")).toBe("תמונה.jpg");
  });
});
