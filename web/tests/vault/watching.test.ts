import "./page.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WATCHED_EVERY, watchNotes } from "../../src/vault/watching.ts";
import { ModelBackend } from "./sim/backend.ts";
import { mapDisk } from "./sim/disks.ts";
import { History } from "./sim/history.ts";

let history: History;
let asked: (string | null)[];
let changed: { entity: string; id: string; version: number }[];
let isForgotten: boolean;
let isVisible: boolean;

beforeEach(async () => {
  [asked, changed, isForgotten, isVisible] = [[], [], false, true];
  history = new History(new ModelBackend());
  await history.begin([mapDisk(), mapDisk()]);
  const [tab] = history.browsers[0]?.tabs ?? [];
  if (!tab) throw new Error("no tab");
  const ask = async (since: string | null) => {
    asked.push(since);
    return isForgotten ? null : { items: changed, next: `${asked.length}` };
  };
  watchNotes(tab.vault, ask, () => isVisible);
  await write(0, "mine");
});
afterEach(() => history.close());

const note = (device: number) => history.browsers[device]?.tabs[0]?.notes[0];
const passed = () => history.clock.pass(WATCHED_EVERY, history.settle);

async function write(device: number, text: string): Promise<void> {
  await history.live({ do: "open", device, appointment: 0 });
  note(device)?.write("plan", text);
  await history.clock.pass(6000, history.settle);
}

test("what another device saved is taken over once the server tells of it, and not before", async () => {
  await passed();
  await write(1, "theirs");
  await passed();
  expect(note(0)?.texts.value.plan).toBe("mine");
  changed = [{ entity: "session", id: note(0)?.server.value?.id ?? "", version: 2 }];
  await passed();
  expect(note(0)?.texts.value.plan).toBe("theirs");
  expect(asked[0]).toBe(null);
  expect(asked.at(-1)).toBe(`${asked.length - 1}`);
});

test("when the server does not know any more what changed, the note is read", async () => {
  await passed();
  await write(1, "theirs");
  isForgotten = true;
  await passed();
  expect(note(0)?.texts.value.plan).toBe("theirs");
});

test("a page that nobody sees asks for nothing, nor does one without an open note", async () => {
  isVisible = false;
  await passed();
  isVisible = true;
  await note(0)?.close();
  await history.settle();
  await passed();
  expect(asked).toEqual([]);
});
