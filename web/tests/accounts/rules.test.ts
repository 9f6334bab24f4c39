import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { awayLimit, digitsOf, inGroups, initials, isAway, linkOf } from "../../src/accounts/rules.ts";

const TOKEN = "dU7HT9E_qkp67w6CQeuQry7NTimqKDeH0_PmzRhfvX8";
const PRACTICE = "0199a1b2-3c4d-7e8f-9012-3456789abcde";
const LINK = `https://practice.example/sign-in#token=${TOKEN}`;

describe("a pasted link", () => {
  test.each([
    ["as it is", LINK],
    ["with space around it", `  ${LINK}\n`],
    ["inside the mail's text", `Sign in:\n${LINK}\nIt works once.`],
    ["wrapped by a mail filter", `https://filter.example/?url=${encodeURIComponent(LINK)}&data=x`],
    ["as the token alone", TOKEN],
  ])("%s", (_how, pasted) => {
    expect(linkOf(pasted)).toEqual({ token: TOKEN });
  });

  test("that names a practice keeps it", () => {
    expect(linkOf(`${LINK}&workspace=${PRACTICE}`)).toEqual({ token: TOKEN, workspace_id: PRACTICE });
  });

  test.each(["", "hello", "https://practice.example/sign-in", "%E0%A4%A", `#token=${"a".repeat(19)}`])(
    "%j is none",
    (pasted) => {
      expect(linkOf(pasted)).toBeNull();
    },
  );
});

describe("being away", () => {
  const MINUTE = 60_000;

  test("locks ten minutes after the last touch for who can unlock by a factor", () => {
    expect(awayLimit(30, true)).toBe(10 * MINUTE);
  });

  test("locks shortly before the server for who needs a mail", () => {
    expect(awayLimit(30, false)).toBe(29.5 * MINUTE);
  });

  test("never locks after the server, whatever its time", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 720 }), fc.boolean(), (minutes, hasFactor) => {
        const limit = awayLimit(minutes, hasFactor);
        return limit > 0 && limit < minutes * MINUTE;
      }),
    );
  });

  test("begins at the limit, and a clock that was set back is no absence", () => {
    expect([isAway(0, 599, 600), isAway(0, 600, 600), isAway(1000, 0, 600)]).toEqual([false, true, false]);
  });
});

test.each([
  ["Dana Levi", "DL"],
  ["  Dana  Ruth Levi ", "DL"],
  ["Dana", "D"],
  ["\u05d3\u05e0\u05d4 \u05dc\u05d5\u05d9", "\u05d3\u05dc"],
  ["", ""],
])("the initials of %j are %j", (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test("six digits are shown in groups and read without them", () => {
  expect([inGroups("123456"), digitsOf("123 456"), digitsOf("123-456")]).toEqual([
    "123 456",
    "123456",
    "123456",
  ]);
});
