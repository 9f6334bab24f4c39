// `./dev bench web histories [count] [seed]`: random histories of two devices against the real server.
import { live } from "../e2e/histories/live.ts";

const EVERY = 100;

export async function histories([count = "10000", seed = "1"]: string[]): Promise<boolean> {
  const say = (line: string): boolean => process.stdout.write(`${line}\n`);
  const began = performance.now();
  const lived = await live(Number(count), Number(seed), 3, (so) => {
    if (so.histories % EVERY === 0) say(`${so.histories} lived, ${so.broken.length} broke the law`);
  });
  for (const { seed: which, said } of lived.broken) say(`seed ${which}: ${said.join("; ")}`);
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  say(
    `B7 histories: ${lived.histories} lived in ${minutes} min, ${lived.words} words, ${lived.conflicts} conflicts with others; ${lived.broken.length} broke the law (goal 0)`,
  );
  return lived.broken.length === 0;
}
