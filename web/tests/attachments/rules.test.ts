import { describe, expect, test } from "vitest";
import { isHeic, kindOf, nameFor, scaled } from "../../src/attachments/rules.ts";

describe("what may be attached", () => {
  test.each([
    ["IMG_1.HEIC", "", "picture"],
    ["IMG_1.heic", "image/heic", "picture"],
    ["a.jpg", "image/jpeg", "picture"],
    ["scan.pdf", "application/pdf", "pdf"],
    ["scan.PDF", "", "pdf"],
    ["a.jpg", "text/html", "other"],
    ["report.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "other"],
    ["no ending", "", "other"],
  ])("%s of type “%s” is %s", (name, type, kind) => {
    expect(kindOf({ name, type })).toBe(kind);
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
    expect(nameFor("", "picture", "תמונה")).toBe("תמונה.jpg");
    expect(nameFor(".png", "picture", "תמונה")).toBe("תמונה.jpg");
  });
});
