// Files of a note: they leave the device without what they should not tell, once, and a refusal says what to do.
import type { Page } from "playwright-core";
import { afterAll } from "vitest";
import { Deployed } from "./support/deploy.ts";
import { type Made, openPractice, type Person } from "./support/people.ts";
import { aPdf, CAMERA, keepForms, latitudeBytes, phoneJpeg, plainJpeg, sizeOf } from "./support/pictures.ts";
import { aClient, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

interface Scene {
  owner: Person;
  note: Made;
  path: string;
}

/** A draft, and where it is written. */
async function aDraft(): Promise<Scene> {
  const owner = await openPractice();
  const ruth = await aClient(owner, "רות", "לוי");
  const appointment = await book(owner, { client: ruth, start: hoursAgo(3) });
  const note = await owner.post("/sessions", { appointment_id: appointment.id, plan: "תרגול" });
  return { owner, note, path: `/app/notes/${appointment.id}` };
}

interface Listed {
  filename: string;
  content_type: string;
  file_size: number;
  removed: string[];
}
const attached = async ({ owner, note }: Scene): Promise<Listed[]> =>
  (await owner.get<{ items: Listed[] }>(`/sessions/${note.id}/attachments`)).items;

/** The panel may be folded. */
async function unfold(page: Page): Promise<void> {
  const title = page.getByRole("heading", { name: w("attachments.title") });
  await title.waitFor();
  const isOpen = await page.locator("details", { has: title }).getAttribute("open");
  if (isOpen === null) await title.click();
  await page.getByText(new RegExp(`${w("attachments.what-is-taken")}|${w("attachments.final")}`)).waitFor();
}
const give = (page: Page, name: string, mimeType: string, buffer: Buffer): Promise<void> =>
  page
    .getByLabel(w("attachments.choose"))
    .and(page.locator("input"))
    .setInputFiles({ name, mimeType, buffer });
const shown = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

describe("a phone's photo", () => {
  test("arrives upright and without place and camera; none of that leaves the device", async ({ open }) => {
    const scene = await aDraft();
    const { page } = await open(scene.owner, { path: scene.path, width: 1280 });
    const sent = await keepForms(page);
    await page.reload();
    await unfold(page);
    const photo = phoneJpeg(await plainJpeg(page, 3000, 1500));
    expect([photo.includes(CAMERA), photo.includes(latitudeBytes())]).toEqual([true, true]);
    await give(page, "כתף.jpg", "image/jpeg", photo);
    await shown(page, "כתף.jpg").waitFor();
    const [form] = await sent();
    for (const secret of [CAMERA, "Exif", latitudeBytes()]) expect(form?.includes(secret)).toBe(false);
    const jpeg = form?.subarray(form.indexOf(Buffer.from([0xff, 0xd8]))) as Buffer;
    expect(sizeOf(jpeg)).toEqual({ width: 1024, height: 2048 }); // turned, and not longer than it need be
    expect(await attached(scene)).toMatchObject([{ filename: "כתף.jpg", content_type: "image/jpeg" }]);
    await page.locator('img[src^="blob:"]').waitFor(); // its preview
    await shown(page, "כתף.jpg").click();
    const whole = page.getByRole("dialog").getByRole("img", { name: "כתף.jpg" });
    await whole.waitFor();
    expect(await whole.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight])).toEqual([
      1024, 2048,
    ]);
  });

  test("that is taken without a connection waits here, and is attached once when it is back", async ({
    open,
  }) => {
    const scene = await aDraft();
    const { page, context, complaints } = await open(scene.owner, { path: scene.path });
    await unfold(page);
    const photo = phoneJpeg(await plainJpeg(page, 600, 400));
    complaints.isOffline = true;
    await context.setOffline(true);
    await give(page, "גב.jpg", "image/jpeg", photo);
    await page.getByText(w("attachments.waits-offline")).waitFor();
    await page.getByRole("button", { name: w("shell.photos-wait", { count: 1 }) }).waitFor(); // not "all saved"
    expect(await attached(scene)).toEqual([]);
    await context.setOffline(false);
    await shown(page, "גב.jpg").waitFor();
    expect(await attached(scene)).toHaveLength(1);
  });

  test("is pasted or dropped as well", async ({ open }) => {
    const scene = await aDraft();
    const { page } = await open(scene.owner, { path: scene.path, width: 1280 });
    await unfold(page);
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(40, 30);
      canvas.getContext("2d")?.fillRect(0, 0, 40, 30);
      const png = await canvas.convertToBlob({ type: "image/png" });
      const carried = (name: string): DataTransfer => {
        const data = new DataTransfer();
        data.items.add(new File([png], name, { type: "image/png" }));
        return data;
      };
      document.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: carried("image.png"), bubbles: true }),
      );
      const [zone] = document.querySelectorAll("[class*=adding]");
      zone?.dispatchEvent(new DragEvent("drop", { dataTransfer: carried("dropped.png"), bubbles: true }));
    });
    await shown(page, "image.jpg").waitFor();
    await shown(page, "dropped.jpg").waitFor();
  });
});

let deployed: Deployed | undefined;
afterAll(() => deployed?.stop());

describe("a file", () => {
  test("that cannot be taken is refused here, with what to do, and is not sent", async ({ open }) => {
    const scene = await aDraft();
    const { page, complaints } = await open(scene.owner, { path: scene.path });
    await unfold(page);
    await give(page, "סיכום.docx", "application/msword", Buffer.from("x"));
    await page.getByText(w("attachments.wrong-type")).waitFor();
    await page
      .getByLabel(w("attachments.choose"))
      .and(page.locator("input"))
      .evaluate((input: HTMLInputElement) => {
        const data = new DataTransfer();
        data.items.add(new File(["%PDF-1.4", new Uint8Array(11_000_000)], "scan.pdf"));
        input.files = data.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
    await page.getByRole("alert").filter({ hasText: "scan.pdf" }).filter({ hasText: "10.5" }).waitFor();
    await give(page, "IMG_1.HEIC", "", Buffer.from("\0\0\0\x18ftypheic"));
    await page.getByText(w("attachments.heic")).waitFor();
    await give(page, "broken.jpg", "image/jpeg", Buffer.from("no picture"));
    await page.getByText(w("attachments.unreadable")).waitFor();
    expect(complaints.asked.filter((one) => one.startsWith("POST") && one.includes("attachments"))).toEqual(
      [],
    );
  });

  test("to which the server never says anything is sent again, and attached once", async ({ open }) => {
    const scene = await aDraft();
    deployed = await Deployed.start();
    const { page, complaints } = await open(scene.owner, { base: deployed.base });
    await page.clock.install();
    await page.goto(scene.path);
    await unfold(page);
    deployed.isSilent = true;
    await give(page, "הפניה.pdf", "application/pdf", aPdf());
    const sent = (): string[] =>
      complaints.asked.filter((one) => one.startsWith("POST") && one.includes("client_attachment_id"));
    await expect.poll(() => sent().length).toBe(1);
    await expect.poll(() => attached(scene)).toHaveLength(1);
    await page.clock.fastForward(31_000);
    await page.getByText(w("attachments.waits-offline")).waitFor();
    deployed.isSilent = false;
    await shown(page, "הפניה.pdf").waitFor();
    expect(sent()).toEqual([sent()[0], sent()[0]]);
    expect(await attached(scene)).toHaveLength(1);
  });

  test("is attached as it is when it is a PDF, and removed when nobody undoes that", async ({ open }) => {
    const scene = await aDraft();
    const { page } = await open(scene.owner, { path: scene.path });
    await unfold(page);
    await give(page, "הפניה.pdf", "application/pdf", aPdf());
    await shown(page, "הפניה.pdf").waitFor();
    const remove = page.getByRole("button", { name: w("attachments.remove", { name: "הפניה.pdf" }) });
    await remove.click();
    await shown(page, "הפניה.pdf").waitFor({ state: "detached" });
    await page.getByRole("button", { name: w("ui.undo") }).click();
    await shown(page, "הפניה.pdf").waitFor();
    expect(await attached(scene)).toHaveLength(1);
    await remove.click();
    await page
      .getByRole("status")
      .getByRole("button", { name: w("ui.close") })
      .click();
    await expect.poll(() => attached(scene), { timeout: 20_000 }).toEqual([]);
  });

  test("is known by its content, and says what it was kept without", async ({ open }) => {
    const scene = await aDraft();
    const { page } = await open(scene.owner, { path: scene.path });
    await unfold(page);
    const printing = "/OpenAction << /S /Named /N /Print >> /Pages";
    const pdf = Buffer.from(aPdf().toString("latin1").replace("/Pages", printing), "latin1");
    await give(page, "סריקה", "application/octet-stream", pdf);
    await shown(page, "סריקה.pdf").waitFor();
    const what = w("attachments.without-actions");
    await page.getByText(w("attachments.without", { what })).waitFor();
    expect(await attached(scene)).toMatchObject([{ filename: "סריקה.pdf", removed: ["actions"] }]);
  });

  test("that the server refuses says why, and a copy can be kept", async ({ open }) => {
    const scene = await aDraft();
    const { page } = await open(scene.owner, { path: scene.path, statuses: [422, 507] });
    await unfold(page);
    await give(page, "scan.pdf", "application/pdf", Buffer.from(`%PDF-1.4\n${"x".repeat(500)}`));
    await page.getByText(w("attachments.damaged")).waitFor();
    await page.getByRole("button", { name: w("attachments.keep-copy") }).waitFor();
    await page.route("**/attachments*", (route) =>
      route.request().method() === "POST"
        ? route.fulfill({
            status: 507,
            contentType: "application/problem+json",
            body: JSON.stringify({ type: "https://pazpaz.com/errors/workspace-full", quota: 1, used: 1 }),
          })
        : route.continue(),
    );
    await give(page, "more.pdf", "application/pdf", aPdf());
    const refused = page.getByRole("alert").filter({ hasText: w("attachments.space-full") });
    await refused.waitFor();
    expect(await attached(scene)).toEqual([]);
    await page.unroute("**/attachments*");
    await refused.getByRole("button", { name: w("ui.try-again") }).click();
    await shown(page, "more.pdf").waitFor();
  });

  test("is not added to a note that is final; what it has stays, and opens", async ({ open }) => {
    const scene = await aDraft();
    const { page } = await open(scene.owner, { path: scene.path });
    await unfold(page);
    await give(page, "הפניה.pdf", "application/pdf", aPdf());
    await shown(page, "הפניה.pdf").waitFor();
    const now = await scene.owner.get<Made>(`/sessions/${scene.note.id}`);
    await scene.owner.ask("PATCH", `/sessions/${scene.note.id}/finalize`, undefined, {
      "if-match": `"${now.version}"`,
    });
    await page.reload();
    await unfold(page);
    await page.getByText(w("attachments.final")).waitFor();
    await shown(page, "הפניה.pdf").waitFor();
    expect(await page.getByRole("button", { name: w("attachments.choose") }).count()).toBe(0);
    expect(
      await page.getByRole("button", { name: w("attachments.remove", { name: "הפניה.pdf" }) }).count(),
    ).toBe(0);
  });
});
