// Random histories against the real server, on the real disk, sealed.
import "fake-indexeddb/auto";
import "../../tests/vault/page.ts";
import fc from "fast-check";
import { command } from "../../tests/vault/sim/commands.ts";
import { noDisk, sealedDisk } from "../../tests/vault/sim/disks.ts";
import { type Command, History } from "../../tests/vault/sim/history.ts";
import { Practice, RealBackend } from "./backend.ts";

export interface Lived {
  histories: number;
  words: number;
  conflicts: number;
  /** What the law says against them, with the commands that led there. */
  broken: { seed: number; said: string[]; commands: readonly Command[] }[];
}

const LONGEST = 20;
const commands = fc.array(command, { minLength: 4, maxLength: LONGEST, size: "max" });

/** Live histories one after the other in each of a few practices side by side. */
export async function live(
  count: number,
  seed: number,
  side = 2,
  tell?: (lived: Lived) => void,
): Promise<Lived> {
  const lived: Lived = { histories: 0, words: 0, conflicts: 0, broken: [] };
  let next = 0;
  const lane = async (): Promise<void> => {
    const practice = await Practice.open();
    while (next < count) {
      next += 1;
      await liveOne(practice, seed + next, lived);
      tell?.(lived);
    }
  };
  await Promise.all(Array.from({ length: side }, lane));
  return lived;
}

async function liveOne(practice: Practice, seed: number, lived: Lived): Promise<void> {
  const [chosen = []] = fc.sample(commands, { seed, numRuns: 1 });
  const history = new History(await RealBackend.of(practice));
  await history.begin([sealedDisk(), seed % 3 ? sealedDisk() : noDisk()]);
  for (const one of chosen) await history.live(one);
  await history.end();
  history.close();
  for (const { disk } of history.browsers) await disk.wipe();
  lived.histories += 1;
  lived.words += history.law.must.size;
  lived.conflicts += history.law.conflicts;
  if (history.law.broken.length) lived.broken.push({ seed, said: history.law.broken, commands: chosen });
}
