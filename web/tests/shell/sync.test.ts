import { describe, expect, test } from "vitest";
import { OLD, said, toneOf } from "../../src/shell/sync.ts";
import type { Waiting } from "../../src/vault/waiting.ts";

const NOW = Date.parse("2026-11-28T10:00:00Z");
const note = (state: Waiting["state"], more: Partial<Waiting> = {}): Waiting => ({
  clientSessionId: "note",
  appointmentId: null,
  kind: "note",
  state,
  since: NOW,
  wantsFinal: false,
  ...more,
});

describe("what the dot says", () => {
  test("all is saved only if nothing waits", () => {
    expect(said([])).toEqual({ kind: "saved" });
    expect(said([note("saving")])).toEqual({ kind: "saving" });
  });

  test("counts notes and photos apart, and one that only this window has is said of all", () => {
    expect(said([note("on-device"), note("saving"), note("on-device", { kind: "photo" })])).toEqual({
      kind: "on-device",
      notes: 2,
      photos: 1,
    });
    expect(said([note("on-device"), note("window-only")])).toMatchObject({ kind: "window-only", notes: 2 });
  });

  test("a decision comes before everything", () => {
    expect(said([note("window-only"), note("refused"), note("decision")])).toEqual({ kind: "decision" });
    expect(said([note("window-only"), note("refused")])).toEqual({ kind: "refused" });
  });

  test("is amber once something waits for more than two days, and red where words could be lost", () => {
    expect(toneOf([note("on-device", { since: NOW - OLD })], NOW)).toBe("plain");
    expect(toneOf([note("on-device", { since: NOW - OLD - 1 })], NOW)).toBe("warn");
    expect(toneOf([note("window-only")], NOW)).toBe("danger");
    expect(toneOf([], NOW)).toBe("ok");
  });
});
