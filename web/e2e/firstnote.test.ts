// From nothing to a final note: how many taps it takes, on a phone in Hebrew.
import type { Locator } from "playwright-core";
import { address, mailTo, openPractice } from "./support/people.ts";
import { expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const MOST_TAPS = 14;
const linkIn = (mail: string): string => /https?:\S+#token=\S+/.exec(mail)?.[0] ?? "";

test("sign-up to a final note takes fourteen taps at the most", async ({ open }) => {
  const { page } = await open(null, { path: "/app/sign-up", statuses: [401], device: "ask" });
  const email = address();
  let taps = 0;
  const tap = async (place: Locator): Promise<void> => {
    await place.tap();
    taps += 1;
  };
  const type = async (place: Locator, text: string): Promise<void> => {
    await tap(place);
    await page.keyboard.insertText(text);
  };
  await type(page.getByLabel(w("welcome.full-name")), "דנה כהן");
  await type(page.getByLabel(w("welcome.practice-name")), "מרפאת גלים");
  await type(page.getByLabel(w("welcome.email"), { exact: true }), email);
  await tap(page.getByRole("button", { name: w("welcome.open-practice") }));
  await page.goto(linkIn(await mailTo(email)));
  taps += 1; // on the link in the mail
  await tap(page.getByRole("button", { name: w("accounts.enter"), exact: true }));
  await tap(page.getByRole("button", { name: w("welcome.own-no"), exact: true }));
  taps += 1; // who says that it is their own taps once more, on what that means
  await type(page.getByLabel(w("clients.first-name")), "רות");
  await type(page.getByLabel(w("clients.last-name")), "בן־עמי");
  await tap(page.getByRole("button", { name: w("today.write-first"), exact: true }));
  await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  await page.keyboard.insertText("כאב בברך ימין מאז יום שני");
  await page.locator('[data-state="saved"][data-tone="ok"]').waitFor();
  await tap(page.getByRole("button", { name: w("sessions.finalize"), exact: true }));
  await tap(page.getByRole("button", { name: w("sessions.finalize-now"), exact: true }));
  await page.getByText(w("sessions.finalized")).first().waitFor();
  expect(taps).toBeLessThanOrEqual(MOST_TAPS);
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
