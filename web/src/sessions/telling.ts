const EVERY = 10_000;

/** How long a reader waits until it is told of a change, so that autosaving does not talk all the time. */
export const waitOf = (toldAt: number, now: number): number => Math.max(0, toldAt + EVERY - now);
