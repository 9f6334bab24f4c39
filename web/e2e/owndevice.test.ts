// The life of what lies on a device: who is asked, what opens it, and what becomes of it.
import { afterAll, beforeAll } from "vitest";
import { addAuthenticator } from "./support/factors.ts";
import { Line } from "./support/line.ts";
import { hasShell, isIn, isLocked, isOut, makeOwn, makePasskey, press, vaults } from "./support/own.ts";
import { openPractice, type Person } from "./support/people.ts";
import { describe, expect, type Opened, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
let line: Line;
beforeAll(async () => {
  line = await Line.lay();
});
afterAll(() => line.end());

const devicesOf = async (person: Person) =>
  (await person.get<{ items: { id: string; name: string }[] }>("/auth/devices")).items;

async function cut({ complaints }: Opened): Promise<void> {
  complaints.isOffline = true;
  await line.cut();
}

describe("whose device it is", () => {
  test("is asked once; on a shared one nothing is kept", async ({ open }) => {
    const owner = await openPractice();
    const { page } = await open(owner, { device: "ask" });
    await page.getByRole("heading", { name: w("welcome.own-device") }).waitFor();
    await press(page, "welcome.own-no");
    await page.getByRole("heading", { name: w("welcome.own-device") }).waitFor({ state: "detached" });
    await page.reload();
    await isIn(page);
    expect(await page.getByRole("heading", { name: w("welcome.own-device") }).count()).toBe(0);
    expect(await vaults(page)).toEqual([]);
    expect(await devicesOf(owner)).toEqual([]);
    // It can be said anew.
    await page.goto("/app/devices");
    await page.getByText(w("welcome.shared-kept")).waitFor();
    await makeOwn(page);
    expect(await vaults(page)).toHaveLength(1);
    expect(await devicesOf(owner)).toHaveLength(1);
  });

  test("one's own is listed, and says which one it is", async ({ open }) => {
    const owner = await openPractice();
    const { page } = await open(owner, { device: "ask" });
    await makeOwn(page);
    await press(page, "welcome.own-done");
    await page.goto("/app/devices");
    await page.getByRole("listitem").getByText(w("welcome.is-here")).waitFor();
    await page
      .getByText(/Chrome/)
      .first()
      .waitFor();
    expect(await page.evaluate(() => Object.values(localStorage).join(" "))).toContain(
      (await devicesOf(owner))[0]?.id,
    );
  });
});

describe("a device that is removed", () => {
  test("here leaves nothing behind, and asks anew; words before say what is lost", async ({ open }) => {
    const owner = await openPractice();
    const { page } = await open(owner, { device: "ask", statuses: [401] });
    await makeOwn(page);
    await press(page, "welcome.own-done");
    await page.goto("/app/devices");
    await press(page, "welcome.remove-device");
    await page.getByText(w("welcome.removing-here")).waitFor();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: w("welcome.remove-device"), exact: true })
      .click();
    await isOut(page);
    await expect.poll(() => vaults(page)).toEqual([]);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    expect((await owner.ask("GET", "/auth/me")).status).toBe(401);
  });
});

describe("a passkey", () => {
  test("opens the device without the server by the same gesture, and tells the server nothing of it", async ({
    open,
  }) => {
    const owner = await openPractice();
    const opened = await open(owner, {
      device: "ask",
      browser: line.browser,
      worker: true,
      statuses: [403],
      path: "/app/more",
    });
    const { page } = opened;
    await addAuthenticator(page);
    await makePasskey(page);
    await makeOwn(page);
    const proofs: string[] = [];
    await page.route("**/auth/prove", async (route) => {
      proofs.push(route.request().postData() ?? "");
      await route.continue();
    });
    await press(page, "factors.use-passkey");
    await page.getByText(w("welcome.opens-by-passkey")).waitFor();
    await page.unroute("**/auth/prove");
    expect(proofs).toHaveLength(1);
    expect(JSON.parse(proofs[0] ?? "").credential.clientExtensionResults).toEqual({});
    await press(page, "welcome.own-done");

    await hasShell(page);
    await cut(opened);
    await press(page, "ui.lock");
    await isLocked(page);
    await page.reload();
    await isLocked(page);
    await page.getByText(w("welcome.opens-here")).waitFor();
    expect(await page.content()).not.toContain(owner.email);
    await press(page, "factors.use-passkey");
    await isIn(page);
    await line.mend();
  });
});
