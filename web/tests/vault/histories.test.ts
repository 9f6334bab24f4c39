import "./page.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { command } from "./sim/commands.ts";
import { lived } from "./sim/lived.ts";

const MANY = process.env.PAZPAZ_HISTORIES;
const RUNS = Number(MANY ?? 300);
/** The same each time, unless many are asked for: those are new ones. */
const SEED = MANY ? Date.now() : 16;

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
  await fc.assert(histories, { numRuns: RUNS, endOnFailure: false, seed: SEED });
  // What never happens is not tried.
  expect(words).toBeGreaterThan(RUNS);
  expect(conflicts).toBeGreaterThan(RUNS / 50);
  if (MANY) process.stdout.write(`${RUNS} histories, ${words} words, ${conflicts} conflicts\n`);
}, 300_000);
