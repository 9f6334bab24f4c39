import { describe, expect, test, vi } from "vitest";
import { reminder } from "../today/slots.ts";

vi.stubGlobal("document", { documentElement: { lang: "en" }, cookie: "" });
const { lostWords, needsAddress } = await import("../../src/reminders/reasons.ts");

describe("a mail that came back", () => {
  test.each([
    ["address-refused", true, "reminders.lost.address"],
    ["address-bounced", true, "reminders.lost.address"],
    ["mailbox-full", false, "reminders.lost.full"],
    ["refused", false, "reminders.lost.refused"],
    ["undeliverable", false, "reminders.lost.came-back"],
    ["came-back", false, "reminders.lost.came-back"],
    [null, false, "reminders.lost.other"],
  ] as const)("%s", (reason, isAddress, words) => {
    const state = reminder("bounced", { reason });
    expect(needsAddress(state)).toBe(isAddress);
    expect(lostWords(state)).toBe(words);
  });
});
