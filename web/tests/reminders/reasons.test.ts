import { describe, expect, test, vi } from "vitest";
import { reminder } from "../today/slots.ts";

vi.stubGlobal("document", { documentElement: { lang: "en" }, cookie: "" });
const { lostWords, needsAddress } = await import("../../src/reminders/reasons.ts");

describe("a mail that came back", () => {
  test.each([
    ["address-refused", true, "The e-mail address does not work."],
    ["address-bounced", true, "The e-mail address does not work."],
    ["mailbox-full", false, "The mailbox is full."],
    ["refused", false, "The mail server refused it."],
    ["undeliverable", false, "It came back."],
    ["came-back", false, "It came back."],
    [null, false, "It could not be sent."],
  ] as const)("%s", (reason, isAddress, words) => {
    const state = reminder("bounced", { reason });
    expect(needsAddress(state)).toBe(isAddress);
    expect(lostWords(state)).toBe(words);
  });
});
