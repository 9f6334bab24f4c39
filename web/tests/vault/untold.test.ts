// A tab that ends between its disk and its word to the others.
import "./page.ts";
import { expect, test } from "vitest";
import { ModelBackend } from "./sim/backend.ts";
import type { Browser, Tab } from "./sim/browser.ts";
import { mapDisk } from "./sim/disks.ts";
import { History } from "./sim/history.ts";

/** Two tabs without a connection; the first puts a word on the disk and ends before it tells. */
async function lived(secondOpens: boolean): Promise<{ history: History; second: Tab; place: string }> {
  const history = new History(new ModelBackend());
  await history.begin([mapDisk()]);
  const browser = history.browsers[0] as Browser;
  const [first, second] = [browser.tabs[0] as Tab, await browser.openTab()];
  const place = history.backend.appointments[0] as string;
  await history.settle();
  browser.isOnline.value = false;
  for (const tab of secondOpens ? [first, second] : [first]) {
    tab.open(place);
    await history.settle();
  }
  first.notes[0]?.write("plan", "one");
  first.fuse = 2;
  await history.clock.pass(300, history.settle);
  expect(first.isDead).toBe(true);
  return { history, second, place };
}

const says = ({ notes, vault }: Tab): unknown[] => [notes[0]?.texts.peek().plan, vault.all().length];

test("its words are taken over with the note", async () => {
  const { history, second } = await lived(true);
  void second.notes[0]?.takeOver();
  await history.settle();
  await history.clock.pass(3500, history.settle);
  expect(says(second)).toEqual(["one", 1]);
  history.close();
});

test("its words are there for whoever opens the note next", async () => {
  const { history, second, place } = await lived(false);
  second.open(place);
  await history.settle();
  expect(says(second)).toEqual(["one", 1]);
  history.close();
});
