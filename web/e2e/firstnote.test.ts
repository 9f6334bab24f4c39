// From nothing to a final note: how many taps it takes, on a phone in Hebrew.
import { firstNote } from "./support/firstnote.ts";
import { openPractice } from "./support/people.ts";
import { expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const MOST_TAPS = 14;

test("sign-up to a final note takes fourteen taps at the most", async ({ open }) => {
  const { page } = await open(null, { path: "/app/sign-up", statuses: [401], device: "ask" });
  expect(await firstNote(page)).toBeLessThanOrEqual(MOST_TAPS);
});

test("a lost answer makes nobody twice", async ({ open }) => {
  const owner = await openPractice();
  const { page, complaints } = await open(owner);
  complaints.isOffline = true;
  let lost = 0;
  await page.route("**/api/v1/appointments", async (route) => {
    if (route.request().method() !== "POST" || lost > 0) return route.continue();
    lost += 1;
    await route.fetch(); // the server has it, and nobody hears of it
    return route.abort("internetdisconnected");
  });
  await page.getByLabel(w("clients.first-name")).fill("רות");
  await page.getByLabel(w("clients.last-name")).fill("בן־עמי");
  const write = page.getByRole("button", { name: w("today.write-first"), exact: true });
  await write.tap();
  await page.getByText(w("problem.offline")).first().waitFor();
  await write.tap();
  await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).waitFor();
  expect(await owner.get("/clients")).toMatchObject({ total: 1 });
  expect(await owner.get("/appointments")).toMatchObject({ total: 1 });
});
