import "./page.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { command } from "./sim/commands.ts";
import { lived } from "./sim/lived.ts";

const RUNS = Number(process.env.PAZPAZ_HISTORIES ?? 300);

test("no history loses a word, writes over one that was not seen, or makes a conflict with oneself", async () => {
  let conflicts = 0;
  let words = 0;
  const histories = fc.asyncProperty(
    fc.array(command, { minLength: 1, maxLength: 40, size: "max" }),
    fc.boolean(),
    async (commands, isShared) => {
      const law = await lived(commands, isShared);
      conflicts += law.conflicts;
      words += law.must.size;
      expect(law.broken).toEqual([]);
    },
  );
  await fc.assert(histories, { numRuns: RUNS, endOnFailure: false });
  // What never happens is not tried.
  expect(words).toBeGreaterThan(RUNS);
  expect(conflicts).toBeGreaterThan(RUNS / 50);
  if (process.env.PAZPAZ_HISTORIES)
    process.stdout.write(`${RUNS} histories, ${words} words, ${conflicts} conflicts\n`);
}, 300_000);
