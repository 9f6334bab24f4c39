// A test with a browser: what a page complains of, or asks of another origin, fails the test it happens in.
import { afterAll, test as base, describe, expect, inject } from "vitest";
import { chromiumPath } from "./chromium.ts";
import type { Person } from "./people.ts";
import { place } from "./place.ts";
import { closeBrowser, type Opened, type Opening, open } from "./window.ts";

declare module "vitest" {
  interface ProvidedContext {
    base: string;
    mail: string;
  }
}

Object.assign(place, { base: inject("base"), mail: inject("mail") });
afterAll(closeBrowser);

interface Fixtures {
  open: (person: Person | null, opening?: Opening) => Promise<Opened>;
}

const withBrowser = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the names of what a fixture needs from here
  open: async ({}, use) => {
    const all: Opened[] = [];
    await use(async (person, opening = {}) => {
      const opened = await open(person, opening);
      all.push(opened);
      return opened;
    });
    for (const { context } of all) await context.close();
    expect(all.flatMap(({ complaints }) => complaints.found)).toEqual([]);
  },
});

/** Without a Chromium there is nothing to run them in (support/up.ts says how to get one). */
export const test = chromiumPath() ? withBrowser : (withBrowser.skip as unknown as typeof withBrowser);
export { describe, expect, type Opened, type Opening };
