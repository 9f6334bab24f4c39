// Two texts of one note: nothing is decided by itself, nothing is lost, and whoever decides sees what comes of it.
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { DeviceNote, noteOf } from "./support/notes.ts";
import { makeOwn, press } from "./support/own.ts";
import { type Made, openPractice, type Person } from "./support/people.ts";
import { aClient, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const MINE = "להמשיך בתרגול בבית, shoulder press פעמיים ביום";
const THEIRS = "להמשיך בתרגול בקליניקה, shoulder press פעם ביום";
const SOON = { timeout: 20_000 };
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

interface Scene {
  owner: Person;
  ruth: Made;
  appointment: Made;
  note: Made;
  phone: DeviceNote;
  conflictId: string;
}

/** A note that was changed at the desk while a phone without a connection changed the same field. */
async function twoVersions(more: { finalize?: boolean } = {}): Promise<Scene> {
  const owner = await openPractice();
  const ruth = await aClient(owner, "רות", "לוי");
  const appointment = await book(owner, { client: ruth, start: hoursAgo(3) });
  const clientSessionId = randomUUID();
  const note = await owner.post("/sessions", {
    appointment_id: appointment.id,
    client_session_id: clientSessionId,
    subjective: "כאב בכתף",
    plan: "להתחיל תרגול",
  });
  const changed = await owner.put(`/sessions/${note.id}`, note.version, { plan: THEIRS });
  if (more.finalize)
    await owner.ask("PATCH", `/sessions/${note.id}/finalize`, {}, { "if-match": `"${changed.version}"` });
  const phone = new DeviceNote(appointment.id, clientSessionId);
  const sent = await phone.send(owner, { plan: MINE });
  expect(sent.status).toBe("conflict");
  return { owner, ruth, appointment, note, phone, conflictId: String(sent.conflict_id) };
}

const toConflict = async (page: Page): Promise<void> => {
  await page.getByRole("link", { name: w("today.decide") }).click();
  await page.getByRole("heading", { level: 1, name: "רות" }).waitFor();
};
const pick = (page: Page, way: string) =>
  page.getByRole("radio", { name: w(`conflicts.${way}`), exact: true }).click();
const act = (page: Page, way: string) =>
  page.getByRole("button", { name: w(`conflicts.${way}-act`) }).click();
const result = (page: Page, words: string) => page.getByRole("region", { name: w(words) });

describe("a field that was written in two places", () => {
  test("leads from Today to both texts with their differing words, and becomes what was chosen", async ({
    open,
  }) => {
    const { owner, note } = await twoVersions();
    const { page } = await open(owner);
    await toConflict(page);
    const marks = await page.locator("mark").allTextContents();
    expect(marks.map((one) => one.trim())).toEqual(["בבית", "פעמיים", "בקליניקה", "פעם"]);
    expect(await page.getByText("כאב בכתף").count()).toBe(0); // the same in both is not shown
    expect(await page.getByRole("button", { name: w("conflicts.mine-act") }).count()).toBe(0); // nothing is picked by itself
    await pick(page, "mine");
    const preview = result(page, "conflicts.note-will");
    await preview.getByText(MINE).waitFor();
    await preview.getByText("כאב בכתף").waitFor();
    await act(page, "mine");
    await page.getByText(w("conflicts.did-keep-client")).waitFor();
    expect(await noteOf(owner, note.id)).toMatchObject({ plan: MINE, subjective: "כאב בכתף" });
    const { items } = await owner.get<{ items: { plan: string }[] }>(`/sessions/${note.id}/revisions`);
    expect(items.map((one) => one.plan)).toContain(THEIRS);
  });

  test("is edited together from the words of both; what was typed is not left unasked", async ({ open }) => {
    const { owner, note, conflictId } = await twoVersions();
    const { page } = await open(owner, { path: `/app/conflicts/${conflictId}`, width: 1280 });
    await pick(page, "both");
    const field = page.getByRole("textbox", { name: w("sessions.plan") });
    expect(await field.inputValue()).toBe(`${THEIRS}\n${MINE}`);
    await field.fill(`${MINE}, אחר כך בקליניקה`);
    await page
      .getByRole("navigation", { name: w("ui.main-menu") })
      .locator('a[href="/app/clients"]')
      .click();
    await page.getByRole("button", { name: w("ui.keep-editing") }).click();
    expect(await field.inputValue()).toBe(`${MINE}, אחר כך בקליניקה`);
    await act(page, "both");
    await page.getByText(w("conflicts.did-merge")).waitFor();
    expect((await noteOf(owner, note.id)).plan).toBe(`${MINE}, אחר כך בקליניקה`);
  });

  test("keeps what is typed for it on one's own device, also over a reload", async ({ open }) => {
    const { owner, note, conflictId } = await twoVersions();
    const { page } = await open(owner, { device: "ask" });
    await makeOwn(page);
    await press(page, "welcome.own-done");
    page.on("dialog", (dialog) => void dialog.accept());
    await page.goto(`/app/conflicts/${conflictId}`);
    await pick(page, "both");
    const field = page.getByRole("textbox", { name: w("sessions.plan") });
    await field.fill("שני הנוסחים יחד");
    await page.waitForTimeout(1000); // a pause, and the disk
    await page.reload();
    await page.getByText(w("conflicts.typed-before")).waitFor();
    expect(await field.inputValue()).toBe("שני הנוסחים יחד");
    await act(page, "both");
    await page.getByText(w("conflicts.did-merge")).waitFor();
    expect((await noteOf(owner, note.id)).plan).toBe("שני הנוסחים יחד");
    await page.reload();
    await page.getByText(w("conflicts.did-merge")).waitFor();
  });

  test("that changes again while somebody decides is shown anew, with what was typed", async ({ open }) => {
    const { owner, note, conflictId } = await twoVersions();
    const { page } = await open(owner, { path: `/app/conflicts/${conflictId}`, statuses: [412] });
    await pick(page, "both");
    await page.getByRole("textbox", { name: w("sessions.plan") }).fill("משהו משותף");
    const now = await noteOf(owner, note.id);
    await owner.put(`/sessions/${note.id}`, now.version, { plan: "הוחלט בטלפון עם הרופא" });
    await act(page, "both");
    await page.getByText(w("conflicts.changed-meanwhile")).waitFor();
    await page.getByText("הוחלט בטלפון עם הרופא").first().waitFor();
    expect((await noteOf(owner, note.id)).plan).toBe("הוחלט בטלפון עם הרופא");
    await act(page, "both");
    await page.getByText(w("conflicts.did-merge")).waitFor();
    expect((await noteOf(owner, note.id)).plan).toBe("משהו משותף");
  });

  test("that another device has decided meanwhile says so, and what was decided", async ({ open }) => {
    const { owner, conflictId } = await twoVersions();
    const path = `/app/conflicts/${conflictId}`;
    const [desk, phone] = [await open(owner, { path, statuses: [409] }), await open(owner, { path })];
    await pick(desk.page, "mine");
    await pick(phone.page, "theirs");
    await act(phone.page, "theirs");
    await phone.page.getByText(w("conflicts.did-keep-server")).waitFor();
    await act(desk.page, "mine");
    await desk.page.getByText(w("conflicts.did-keep-server")).waitFor();
    await desk.page.getByText(MINE).waitFor(); // what the device had is still readable
  });

  test("without a connection is readable and cannot be decided", async ({ open }) => {
    const { owner, conflictId } = await twoVersions();
    const { page, context, complaints } = await open(owner, { path: `/app/conflicts/${conflictId}` });
    await pick(page, "mine");
    complaints.isOffline = true;
    await context.setOffline(true);
    await page.getByText(w("conflicts.offline")).waitFor();
    expect(await page.getByRole("button", { name: w("conflicts.mine-act") }).isDisabled()).toBe(true);
    await context.setOffline(false);
    await act(page, "mine");
    await page.getByText(w("conflicts.did-keep-client")).waitFor();
  });
});

describe("two devices at once", () => {
  test("that write the same field meet in one decision, and both go on with what was decided", async ({
    open,
  }) => {
    const owner = await openPractice();
    const ruth = await aClient(owner, "רות", "לוי");
    const appointment = await book(owner, { client: ruth, start: hoursAgo(1) });
    const note = await owner.post("/sessions", { appointment_id: appointment.id, plan: "התחלה" });
    const path = `/app/notes/${appointment.id}`;
    const phone = await open(owner, { path, statuses: [412] });
    const desk = await open(owner, { path, width: 1280 });
    const plan = (page: Page) => page.getByLabel(w("sessions.plan"), { exact: true });
    for (const { page } of [phone, desk])
      await expect.poll(() => plan(page).inputValue(), SOON).toBe("התחלה");
    phone.complaints.isOffline = true;
    await phone.context.setOffline(true);
    await plan(phone.page).fill(MINE);
    await plan(desk.page).fill(THEIRS);
    await expect.poll(async () => (await noteOf(owner, note.id)).plan, SOON).toBe(THEIRS);
    await phone.context.setOffline(false);
    await phone.page
      .getByRole("link", { name: w("sessions.decide") })
      .first()
      .click();
    await pick(phone.page, "mine");
    await act(phone.page, "mine");
    await phone.page.getByText(w("conflicts.did-keep-client")).waitFor();
    expect((await noteOf(owner, note.id)).plan).toBe(MINE);
    await phone.page.getByRole("link", { name: w("conflicts.to-note") }).click();
    await expect.poll(() => plan(phone.page).inputValue(), SOON).toBe(MINE);
    await phone.page.locator('[data-state="saved"]').first().waitFor();
    await plan(phone.page).fill(`${MINE} ועוד`);
    await expect.poll(async () => (await noteOf(owner, note.id)).plan, SOON).toBe(`${MINE} ועוד`);
    const left = await owner.get<{ total: number }>("/sessions/conflicts");
    expect(left.total).toBe(0);
  });
});

describe("the same device's repeats", () => {
  test("are one row; deciding the newest sets the older aside, and both stay readable", async ({ open }) => {
    const { owner, note, phone, conflictId } = await twoVersions();
    await phone.send(owner, { plan: `${MINE} ועוד` });
    const other = new DeviceNote(phone.appointmentId, phone.clientSessionId);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await other.send(owner, { plan: "מטאבלט" });
    const { page } = await open(owner, { path: "/app/conflicts" });
    const rows = page.getByRole("link", { name: w("conflicts.decide") });
    await rows.first().waitFor();
    expect(await rows.count()).toBe(2); // the phone's, and the tablet's
    await page.getByText(w("conflicts.repeats", { count: 1 })).waitFor();
    await page.goto(`/app/conflicts/${conflictId}`); // by the older one
    await page.getByText(w("conflicts.repeats-go", { count: 1 })).waitFor();
    await pick(page, "mine");
    await act(page, "mine");
    await page.getByText(w("conflicts.did-keep-client")).waitFor();
    expect((await noteOf(owner, note.id)).plan).toBe(`${MINE} ועוד`);
    const list = await owner.get<{ items: unknown[] }>("/sessions/conflicts");
    expect(list.items).toHaveLength(1);
    await page.getByRole("link", { name: w("conflicts.to-list") }).click();
    await page.getByRole("radio", { name: w("conflicts.resolved") }).click();
    await page.getByText(w("conflicts.did-discard")).waitFor();
    await page
      .getByRole("link", { name: w("conflicts.read") })
      .last()
      .click();
    await page.getByText(MINE, { exact: true }).waitFor();
  });
});

describe("a text for a note that was finalized elsewhere", () => {
  test("is added as an amendment, the reason first; the note stays as it is", async ({ open }) => {
    const { owner, note, conflictId } = await twoVersions({ finalize: true });
    const { page } = await open(owner, { path: `/app/conflicts/${conflictId}` });
    await page.getByText(w("conflicts.finalized-why")).waitFor();
    await pick(page, "amend");
    const button = page.getByRole("button", { name: w("conflicts.amend-act") });
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel(w("conflicts.reason")).fill("נכתב בלי רשת");
    await result(page, "conflicts.amendment-will").getByText(MINE).waitFor();
    await button.click();
    await page.getByText(w("conflicts.did-attach")).waitFor();
    expect(await noteOf(owner, note.id)).toMatchObject({
      plan: THEIRS,
      status: "finalized",
      amendment_count: 1,
    });
    const { items } = await owner.get<{ items: unknown[] }>(`/sessions/${note.id}/amendments`);
    expect(items).toMatchObject([{ reason: "נכתב בלי רשת", plan: MINE }]);
  });

  test("while somebody was deciding: the ways change with it", async ({ open }) => {
    const { owner, note, conflictId } = await twoVersions();
    const { page } = await open(owner, { path: `/app/conflicts/${conflictId}`, statuses: [409, 412] });
    await pick(page, "mine");
    const now = await noteOf(owner, note.id);
    await owner.ask("PATCH", `/sessions/${note.id}/finalize`, {}, { "if-match": `"${now.version}"` });
    await act(page, "mine");
    await page.getByText(w("conflicts.amend"), { exact: true }).waitFor();
    expect(await page.getByText(w("conflicts.mine"), { exact: true }).count()).toBe(0);
    expect((await noteOf(owner, note.id)).plan).toBe(THEIRS);
  });
});

describe("a text without its appointment", () => {
  /** What a phone wrote for an appointment that is nobody's here. */
  async function homeless(): Promise<{ owner: Person; ruth: Made; conflictId: string }> {
    const owner = await openPractice();
    const ruth = await aClient(owner, "רות", "לוי");
    const sent = await new DeviceNote(randomUUID()).send(owner, { plan: MINE });
    return { owner, ruth, conflictId: String(sent.conflict_id) };
  }
  const attach = async (page: Page): Promise<void> => {
    await page.getByRole("button", { name: w("conflicts.attach-to") }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("combobox").fill("רות");
    await sheet.getByRole("option").first().click();
    await sheet.getByRole("listitem").getByRole("button").first().click();
    await sheet.waitFor({ state: "detached" });
  };

  test("becomes the note of the appointment that somebody finds for it", async ({ open }) => {
    const { owner, ruth, conflictId } = await homeless();
    const appointment = await book(owner, { client: ruth, start: hoursAgo(2) });
    const { page } = await open(owner, { path: `/app/conflicts/${conflictId}` });
    await attach(page);
    await pick(page, "attach");
    await result(page, "conflicts.new-note-will").getByText(MINE).waitFor();
    await act(page, "attach");
    await page.getByText(w("conflicts.did-attach")).waitFor();
    const { items } = await owner.get<{ items: { appointment_id: string; plan: string }[] }>(
      `/sessions?client_id=${ruth.id}&include=text`,
    );
    expect(items).toMatchObject([{ appointment_id: appointment.id, plan: MINE }]);
  });

  test("is edited into the draft that stands there, beside its text", async ({ open }) => {
    const { owner, ruth, conflictId } = await homeless();
    const appointment = await book(owner, { client: ruth, start: hoursAgo(2) });
    const note = await owner.post("/sessions", {
      appointment_id: appointment.id,
      plan: THEIRS,
      objective: "טווח מלא",
    });
    const { page } = await open(owner, { path: `/app/conflicts/${conflictId}`, width: 1280 });
    await attach(page);
    await page.getByText("בקליניקה").first().waitFor();
    await pick(page, "both");
    await act(page, "both");
    await page.getByText(w("conflicts.did-merge")).waitFor();
    expect(await noteOf(owner, note.id)).toMatchObject({ plan: `${THEIRS}\n${MINE}`, objective: "טווח מלא" });
  });

  test("is set aside by whoever finds no place for it, and stays readable", async ({ open }) => {
    const { owner, conflictId } = await homeless();
    const { page } = await open(owner, { path: `/app/conflicts/${conflictId}` });
    await pick(page, "discard");
    await act(page, "discard");
    await page.getByText(w("conflicts.did-discard")).waitFor();
    await page.getByText(MINE).waitFor();
  });
});

test("nothing to decide says so, and an address that is nobody's too: en", async ({ open }) => {
  const en = wordsIn("en");
  const owner = await openPractice({ language: "en" });
  const { page } = await open(owner, { language: "en", path: "/app/conflicts", statuses: [404] });
  await page.getByText(en("conflicts.none")).waitFor();
  await page.goto(`/app/conflicts/${randomUUID()}`);
  await page.getByText(en("conflicts.not-here")).waitFor();
});
