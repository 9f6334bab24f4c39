// From nothing to a final note, on a phone in Hebrew, as a person would.
import type { Locator, Page } from "playwright-core";
import { address, mailTo } from "./people.ts";
import { wordsIn } from "./words.ts";

const w = wordsIn("he");
const linkIn = (mail: string): string => /https?:\S+#token=\S+/.exec(mail)?.[0] ?? "";

/** Walk the way, from the page where a practice is opened; how many taps it took. */
export async function firstNote(page: Page): Promise<number> {
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
  return taps;
}
