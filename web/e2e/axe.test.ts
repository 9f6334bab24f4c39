// Every screen in each of its states, language, theme and width, looked at by axe-core.
import type { Page } from "playwright-core";
import { violations } from "./support/axe.ts";
import { addApp } from "./support/factors.ts";
import { openPractice, type Person } from "./support/people.ts";
import { expect, type Opening, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

type Words = (key: string) => string;

interface Look {
  name: string;
  path: string;
  /** Whose window it is; nobody's if left out. */
  person?: () => Promise<Person>;
  statuses?: readonly number[];
  /** Bring the page into the state; it is there once this is through. */
  reach: (page: Page, w: Words) => Promise<unknown>;
}

const heading = (key: string) => (page: Page, w: Words) =>
  page.getByRole("heading", { level: 1, name: w(key), exact: true }).waitFor();

const LOOKS: Look[] = [
  { name: "sign-in", path: "/app/", reach: heading("welcome.sign-in") },
  { name: "sign-up", path: "/app/sign-up", reach: heading("welcome.new-practice") },
  {
    name: "a link was sent",
    path: "/app/",
    reach: async (page, w) => {
      await page.getByLabel(w("welcome.email"), { exact: true }).fill("nobody@example.org");
      await page.getByRole("button", { name: w("welcome.send-link") }).click();
      await heading("welcome.sent")(page, w);
    },
  },
  {
    name: "locked",
    path: "/app/",
    statuses: [403],
    person: async () => {
      const owner = await openPractice();
      await addApp(owner);
      await owner.ask("POST", "/auth/lock");
      return owner;
    },
    reach: heading("welcome.locked"),
  },
  { name: "more", path: "/app/more", person: openPractice, reach: heading("accounts.more") },
];

const LOOKED_AT = (["he", "en"] as const).flatMap((language) =>
  (["light", "dark"] as const).map((theme) => ({ language, theme })),
);

test.for(LOOKS.flatMap((look) => LOOKED_AT.map((seen) => ({ ...look, ...seen }))))(
  "$name: $language, $theme",
  async ({ path, person, reach, statuses, language, theme }, { open }) => {
    const opening: Opening = { path, language, theme, width: 320, ...(statuses && { statuses }) };
    const { page } = await open(person ? await person() : null, {
      ...opening,
      context: { extraHTTPHeaders: {} },
    });
    await page.context().addCookies([{ name: "pazpaz_language", value: language, url: page.url() }]);
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(path);
      await reach(page, wordsIn(language));
      expect(await violations(page), `${width} wide`).toEqual([]);
      const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(isTooWide, `scrolls sideways at ${width}`).toBe(false);
    }
  },
);
