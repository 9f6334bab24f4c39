import { firstNote } from "../e2e/support/firstnote.ts";
import { open } from "../e2e/support/window.ts";
import { loadNow, median, note, tell } from "./report.ts";

const ROUNDS = 3;

/** B14: from the sign-up to a final note, by a robot that taps and types. */
export async function first(): Promise<void> {
  const seconds: number[] = [];
  let taps = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { page, context } = await open(null, { path: "/app/sign-up", device: "ask" });
    const from = performance.now();
    taps = await firstNote(page);
    seconds.push((performance.now() - from) / 1000);
    await context.close();
  }
  tell({ id: "B14", what: "taps from the sign-up to a final note", value: taps, unit: "", goal: 14 });
  tell({
    id: "B14",
    what: "the same by a robot, with its mail",
    value: median(seconds),
    unit: "s",
    goal: 20,
  });
  note(`median of ${ROUNDS}; ${loadNow()}`);
}
