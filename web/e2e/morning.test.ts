// From nothing to a booked appointment, as somebody meets it: on a phone in Hebrew, and with keys alone.
import type { Locator, Page } from "playwright-core";
import { address, mailTo } from "./support/people.ts";
import { expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const linkIn = (mail: string): string => /https?:\S+#token=\S+/.exec(mail)?.[0] ?? "";

/** How somebody uses what is on the page. */
interface Hands {
  press: (place: Locator) => Promise<void>;
  type: (place: Locator, text: string) => Promise<void>;
}

const FINGER: Hands = { press: (place) => place.tap(), type: (place, text) => place.fill(text) };

/** Only the keyboard: Tab until it is there, then Enter. */
function keysOn(page: Page): Hands {
  const reach = async (place: Locator): Promise<void> => {
    await place.waitFor();
    for (let tabs = 0; tabs < 80; tabs += 1) {
      if (await place.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab never reaches ${place}`);
  };
  return {
    press: async (place) => {
      await reach(place);
      await page.keyboard.press("Enter");
    },
    type: async (place, text) => {
      await reach(place);
      await page.keyboard.insertText(text);
    },
  };
}

const WAYS: [string, (page: Page) => Hands][] = [
  ["by touch", () => FINGER],
  ["by keys alone", keysOn],
];

test.for(WAYS)("a therapist's first morning, %s", async ([, handsOn], { open }) => {
  const { page, context } = await open(null, { statuses: [401] });
  const { press, type } = handsOn(page);
  const email = address();
  await press(page.getByRole("link", { name: w("welcome.new-practice") }));
  await type(page.getByLabel(w("welcome.full-name")), "דנה כהן");
  await type(page.getByLabel(w("welcome.practice-name")), "מרפאת גלים");
  await type(page.getByLabel(w("welcome.email"), { exact: true }), email);
  await press(page.getByRole("button", { name: w("welcome.open-practice") }));
  await page.getByText(email).waitFor();
  // The mail is opened elsewhere in the same browser; this window follows.
  const mail = await context.newPage();
  await mail.goto(linkIn(await mailTo(email)));
  await mail.getByRole("button", { name: w("accounts.enter"), exact: true }).press("Enter");
  await mail.getByRole("navigation", { name: w("ui.main-menu") }).waitFor();
  await mail.close();
  await press(page.getByRole("link", { name: w("today.first-client") }));
  await page.getByText(w("clients.nobody-yet")).waitFor();
  await press(
    page
      .getByRole("main")
      .getByRole("button", { name: w("clients.add") })
      .first(),
  );
  const sheet = page.getByRole("dialog");
  await type(sheet.getByLabel(w("clients.first-name")), "רות");
  await type(sheet.getByLabel(w("clients.last-name")), "בן־עמי");
  await press(sheet.getByRole("button", { name: w("ui.save"), exact: true }));
  await page.getByRole("heading", { level: 1, name: "רות בן־עמי" }).waitFor();
  await press(page.getByRole("link", { name: w("calendar.title"), exact: true }));
  await press(
    page
      .getByRole("button", { name: new RegExp(`^${w("calendar.book-one")}|^${w("calendar.book-short")}$`) })
      .first(),
  );
  const picker = page.getByRole("dialog").getByRole("combobox");
  await picker.waitFor();
  await type(picker, "רות");
  await page.getByRole("dialog").getByRole("option", { name: "רות בן־עמי", exact: true }).waitFor();
  await picker.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const found = await page.evaluate(async () => (await fetch("/api/v1/appointments")).json());
  expect(found).toMatchObject({ total: 1 });
  await page.goto("/app/");
  await page.getByText("רות בן־עמי").first().waitFor();
});
