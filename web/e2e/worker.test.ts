// The service worker: what it keeps, whom it answers, and how a newer version comes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll } from "vitest";
import { buildWith, Deployed, type Files } from "./support/deploy.ts";
import { addApp } from "./support/factors.ts";
import { openPractice } from "./support/people.ts";
import { place } from "./support/place.ts";
import { aClient, book } from "./support/stock.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

const w = wordsIn("he");
const SOON = { timeout: 15_000 };
const SHELL =
  /^\/app\/(assets\/[\w.-]+\.(js|css|woff2)|icons\/[\w-]+\.png|icon\.svg|index\.(he|en)\.html|manifest\.\w+\.webmanifest)$/;

const installed = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active?.state !== "activated") await new Promise((resolve) => setTimeout(resolve, 50));
  });

/** Every address in every cache of the browser. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = await Promise.all(caches_.map((cache) => cache.keys()));
    return requests.flat().map(({ url }) => url.slice(location.origin.length));
  });

const versions = (page: Page): Promise<number> => page.evaluate(async () => (await caches.keys()).length);
const isIn = (page: Page): Promise<void> =>
  page.getByRole("navigation", { name: w("ui.main-menu") }).waitFor();

/** The version shown, by what its menu calls Today. */
const isAt = (page: Page, today: string): Promise<void> =>
  page.locator("nav a", { has: page.getByText(today, { exact: true }) }).waitFor();

/** Ask for a newer version as the browser does by itself, and wait for what became of it. */
const look = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const coming = registration.installing ?? registration.waiting;
    while (coming?.state === "installing") await new Promise((resolve) => setTimeout(resolve, 50));
    return coming?.state ?? "none";
  });

const waits = async (): Promise<boolean> => Boolean((await navigator.serviceWorker.ready).waiting);

/** The version shown, by its script. */
const script = (): string | undefined =>
  document.querySelector<HTMLScriptElement>("script[type=module]")?.src;

async function offline(context: BrowserContext, complaints: { isOffline: boolean }): Promise<void> {
  complaints.isOffline = true;
  await context.setOffline(true);
}

describe("what is kept", () => {
  test("is the shell, and nothing of a practice", async ({ open }) => {
    const owner = await openPractice();
    const client = await aClient(owner, "צפרדעונית");
    await book(owner, { client, start: new Date(Date.now() + 3_600_000).toISOString() });
    const { page } = await open(owner, { worker: true });
    await installed(page);
    for (const path of ["/app/calendar", "/app/clients", `/app/clients/${client.id}`, "/app/"]) {
      await page.goto(path);
      await page.getByText("צפרדעונית").first().waitFor();
    }
    await page.goto("/app/more");
    const all = await kept(page);
    expect(all.filter((address) => !SHELL.test(address))).toEqual([]);
    expect(all).toEqual(
      expect.arrayContaining(["/app/index.he.html", "/app/index.en.html", "/app/icon.svg"]),
    );
    expect(all.filter((address) => address.endsWith(".js")).length).toBeGreaterThan(20);
    expect(all.filter((address) => address.endsWith(".woff2")).length).toBe(2);
    const pages = await page.evaluate(async () => {
      const found = await Promise.all(["he", "en"].map((one) => caches.match(`/app/index.${one}.html`)));
      return await Promise.all(found.map((one) => one?.text()));
    });
    expect(pages.join("")).not.toMatch(/data-nobody|צפרדעונית/);
  });

  test.for(["he", "en"] as const)(
    "opens without a connection, in the language chosen: %s",
    async (language, { open }) => {
      const owner = await openPractice();
      const { page, context, complaints } = await open(owner, { worker: true, language });
      await installed(page);
      await offline(context, complaints);
      const answer = await page.reload();
      expect(answer?.fromServiceWorker()).toBe(true);
      const direction = language === "he" ? "rtl" : "ltr";
      expect(await answer?.text()).toContain(`<html lang="${language}" dir="${direction}">`);
      await page.locator("#app > *").first().waitFor();
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
    },
  );

  test("is shown in the other language as soon as it is chosen", async ({ open }) => {
    const owner = await openPractice();
    const { page, context, complaints } = await open(owner, { worker: true, path: "/app/more" });
    await installed(page);
    await page.getByRole("radio", { name: w("ui.english") }).click();
    await page.getByRole("heading", { level: 1, name: wordsIn("en")("accounts.more") }).waitFor();
    await offline(context, complaints);
    expect(await (await page.reload())?.text()).toContain('<html lang="en" dir="ltr">');
  });
});

test("whoever signs out leaves no page of theirs: the server answers again, and says that nobody is here", async ({
  open,
}) => {
  const owner = await openPractice();
  await aClient(owner, "צפרדעונית");
  const { page, context, complaints } = await open(owner, { worker: true, path: "/app/clients" });
  await page.getByText("צפרדעונית").waitFor();
  await installed(page);
  const inside = await page.reload();
  expect(inside?.fromServiceWorker()).toBe(true);
  await page.goto("/app/more");
  await page.getByRole("button", { name: w("accounts.sign-out") }).click();
  await page.getByRole("heading", { name: w("welcome.sign-in"), exact: true }).waitFor();
  await page.waitForFunction(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.navigationPreload.getState()).enabled;
  });
  expect(await (await page.reload())?.text()).toContain("data-nobody");
  await page.goBack().catch(() => null);
  expect(await page.content()).not.toMatch(/צפרדעונית/);
  await offline(context, complaints);
  await page.goto("/app/clients");
  await page.locator("#app > *").first().waitFor();
  expect(await page.content()).not.toMatch(/צפרדעונית/);
  expect((await kept(page)).filter((address) => !SHELL.test(address))).toEqual([]);
});

const all: Deployed[] = [];
afterAll(async () => {
  for (const one of all) await one.stop().catch(() => undefined);
});
async function deploy(): Promise<Deployed> {
  const deployed = await Deployed.start();
  all.push(deployed);
  return deployed;
}
let newer: Files | undefined;
const NEW_TITLE = "היום, בגרסה חדשה";
const second = (): Files => {
  newer ??= buildWith("today", "menu", NEW_TITLE);
  return newer;
};

describe("a newer version", () => {
  test("waits while a note is written, comes by its button, and leaves another tab its files", async ({
    open,
  }) => {
    const next = second();
    const deployed = await deploy();
    const owner = await openPractice();
    const hour = await book(owner, { client: await aClient(owner), start: new Date().toISOString() });
    const { base } = deployed;
    const { page, context } = await open(owner, { worker: true, base, path: `/app/notes/${hour.id}` });
    await installed(page);
    const other = await context.newPage();
    await other.goto("/app/more");
    await isIn(other);
    const field = page.getByRole("textbox").first();
    await field.pressSequentially("כאב ");
    await page.evaluate(() => Object.assign(window, { isSame: true }));

    deployed.files = next;
    expect(await look(page)).toBe("installed");
    await other.getByText(w("shell.newer")).waitFor();
    await field.pressSequentially("בברך");
    expect(await field.inputValue()).toBe("כאב בברך");
    expect(await page.getByText(w("shell.newer")).count()).toBe(0);
    expect(await versions(page)).toBe(2);

    await page.locator('nav a[href="/app/clients"]').click();
    await page.getByText(w("shell.newer")).waitFor();
    expect(await page.evaluate(() => "isSame" in window)).toBe(true);
    await page.getByRole("button", { name: w("shell.update") }).click();
    await page.waitForFunction(() => !("isSame" in window));
    await isAt(page, NEW_TITLE);
    await page.goto(`/app/notes/${hour.id}`);
    await expect.poll(() => field.inputValue(), SOON).toBe("כאב בברך");

    // The other tab was not touched, and opens a screen of its own version that the server has no more.
    await other.getByRole("button", { name: w("shell.update") }).waitFor();
    await other.locator('nav a[href="/app/calendar"]').click();
    await other
      .getByRole("button", { name: w("calendar.book") })
      .first()
      .waitFor();
    await other.locator('nav a[href="/app/"]').click();
    await isAt(other, w("today.menu"));
    expect(await versions(page)).toBe(2);
    await other.close();
    await expect.poll(() => page.reload().then(() => versions(page)), SOON).toBe(1);
  });

  test("comes by itself when the only tab is loaded anew", async ({ open }) => {
    const next = second();
    const deployed = await deploy();
    const owner = await openPractice();
    const { page } = await open(owner, { worker: true, base: deployed.base });
    await installed(page);
    deployed.files = next;
    expect(await look(page)).toBe("installed");
    await page.reload();
    await isAt(page, NEW_TITLE);
    await expect.poll(() => versions(page), SOON).toBe(1);
    expect((await page.reload())?.fromServiceWorker()).toBe(true);
    await isAt(page, NEW_TITLE);
  });

  test("waits on where the server never answers: this one starts", async ({ open }) => {
    const next = second();
    const deployed = await deploy();
    const { page } = await open(await openPractice(), { worker: true, base: deployed.base });
    await installed(page);
    const running = await page.evaluate(script);
    deployed.files = next;
    expect(await look(page)).toBe("installed");
    deployed.isSilent = true;
    const answer = await page.reload({ waitUntil: "commit" });
    expect(answer?.fromServiceWorker()).toBe(true);
    await page.locator("#app > *").first().waitFor();
    expect(await page.evaluate(script)).toBe(running);
    expect(await page.evaluate(waits)).toBe(true);
    expect(await versions(page)).toBe(2);
  });

  test("comes by its button also where the server never answers", async ({ open }) => {
    const next = second();
    const deployed = await deploy();
    const { page } = await open(await openPractice(), { worker: true, base: deployed.base });
    await installed(page);
    const running = await page.evaluate(script);
    deployed.files = next;
    expect(await look(page)).toBe("installed");
    deployed.isSilent = true;
    await page.getByRole("button", { name: w("shell.update") }).click();
    await page.waitForFunction(
      (before) => document.querySelector<HTMLScriptElement>("script[type=module]")?.src !== before,
      running,
    );
    await page.locator("#app > *").first().waitFor();
    expect(await page.evaluate(script)).not.toBe(running);
    expect(await page.evaluate(waits)).toBe(false);
  });

  test("is not offered while the words of a note are in this window alone", async ({ open }) => {
    const next = second();
    const deployed = await deploy();
    const owner = await openPractice();
    const hour = await book(owner, { client: await aClient(owner), start: new Date().toISOString() });
    const path = `/app/notes/${hour.id}`;
    const { page, context, complaints } = await open(owner, { worker: true, base: deployed.base, path });
    await installed(page);
    const field = page.getByRole("textbox").first();
    await field.waitFor();
    deployed.files = next;
    expect(await look(page)).toBe("installed");
    await offline(context, complaints);
    await field.fill("כאב בברך");
    await page.locator('[data-state="window-only"]').first().waitFor();
    await page.locator('nav a[href="/app/clients"]').click();
    await page.getByRole("button", { name: w("notepage.allow-leaving") }).click();
    await page.locator('nav a[href="/app/clients"]').click();
    await page.getByText(w("ui.offline")).waitFor();
    expect(await page.getByText(w("shell.newer")).count()).toBe(0);
    await context.setOffline(false);
    await page.getByText(w("shell.newer")).waitFor();
    await page.getByRole("button", { name: w("shell.update") }).click();
    await isAt(page, NEW_TITLE);
    await page.goto(path);
    await expect.poll(() => field.inputValue(), SOON).toBe("כאב בברך");
  });

  test("of which one file is another than was built is not installed", async ({ open }) => {
    const next = second();
    const deployed = await deploy();
    const owner = await openPractice();
    const { page, complaints } = await open(owner, { worker: true, base: deployed.base, statuses: [404] });
    await installed(page);
    const before = await kept(page);
    const name = [...next.keys()].find((one) => /assets\/Calendar-.*\.js$/.test(one)) ?? "";
    deployed.files = next;
    deployed.wrong.set(name, { status: 200, body: `${next.get(name)}\n` });
    expect(await look(page)).toBe("redundant");
    deployed.wrong.set(name, { status: 404, body: "" });
    expect(await look(page)).toBe("redundant");
    expect(await kept(page)).toEqual(before);
    await page.reload();
    await isAt(page, w("today.menu"));

    deployed.wrong.clear();
    expect(await look(page)).toBe("installed");
    const refused = /integrity|Failed to fetch|ERR_FAILED|404/;
    complaints.found.splice(
      0,
      complaints.found.length,
      ...complaints.found.filter((one) => !refused.test(one)),
    );
  });
});

describe("an installation without the app", () => {
  test("takes what was kept of it out of the browser", async ({ open }) => {
    const deployed = await deploy();
    const owner = await openPractice();
    const { page } = await open(owner, { worker: true, base: deployed.base, statuses: [404, 503] });
    await installed(page);
    const farewell = join(import.meta.dirname, "../../backend/src/pazpaz/webapp/farewell.js");
    deployed.wrong.set("sw.js", { status: 200, body: readFileSync(farewell) });
    deployed.wrong.set("", { status: 503, body: "no app" });
    await look(page);
    await expect.poll(() => kept(page), SOON).toEqual([]);
    expect((await page.goto("/app/"))?.status()).toBe(503);
  });

  test("whose worker is not found is asked for everything from then on", async ({ open }) => {
    const deployed = await deploy();
    const owner = await openPractice();
    const { page } = await open(owner, { worker: true, base: deployed.base, statuses: [404, 410] });
    await installed(page);
    deployed.wrong.set("sw.js", { status: 404, body: "" });
    deployed.wrong.set("", { status: 410, body: "gone" });
    await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.postMessage("is-it-gone"));
    await expect
      .poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), SOON)
      .toBe(0);
    expect((await page.goto("/app/"))?.status()).toBe(410);
  });

  test("that does not answer leaves the shell, and what lies outside of the app to the browser", async ({
    open,
  }) => {
    const deployed = await deploy();
    const owner = await openPractice();
    await addApp(owner);
    const { page, complaints } = await open(owner, { worker: true, base: deployed.base });
    await installed(page);
    await deployed.stop();
    await page.reload();
    await page.locator("#app > *").first().waitFor();
    await expect(page.goto("/sign-in")).rejects.toThrow("ERR_CONNECTION_REFUSED");
    const refused = /ERR_CONNECTION_REFUSED/;
    complaints.found.splice(
      0,
      complaints.found.length,
      ...complaints.found.filter((one) => !refused.test(one)),
    );
  });
});

test("whoever is signed out gets the page of nobody also where the server never answers", async ({
  open,
}) => {
  const deployed = await deploy();
  const owner = await openPractice();
  await aClient(owner, "צפרדעונית");
  const { page } = await open(owner, { worker: true, base: deployed.base, path: "/app/clients" });
  await page.getByText("צפרדעונית").waitFor();
  await installed(page);
  await page.evaluate(async () => (await navigator.serviceWorker.ready).navigationPreload.enable());
  deployed.isSilent = true;
  const answer = await page.goto("/app/clients", { waitUntil: "commit" });
  expect(answer?.fromServiceWorker()).toBe(true);
  await page.locator("#app > *").first().waitFor();
  expect(await page.content()).not.toMatch(/צפרדעונית/);
});

describe("installing", () => {
  /** What a browser does that could install the page. */
  const offer = (page: Page): Promise<boolean> =>
    page.evaluate(() => {
      const prompt = async (): Promise<unknown> => Object.assign(window, { isPrompted: true });
      const event = new Event("beforeinstallprompt", { cancelable: true });
      return !dispatchEvent(Object.assign(event, { prompt }));
    });
  const press = (page: Page, key: string): Promise<void> =>
    page
      .getByRole("button", { name: w(key), exact: true })
      .last()
      .click();

  test("is offered under More, and by the browser itself not at all", async ({ open }) => {
    const { page } = await open(await openPractice(), { path: "/app/more" });
    await isIn(page);
    expect(await page.getByRole("button", { name: w("ui.install") }).count()).toBe(0);
    expect(await offer(page)).toBe(true);
    await press(page, "ui.install");
    await page.waitForFunction(() => "isPrompted" in window);
    expect(await page.getByRole("button", { name: w("ui.install") }).count()).toBe(0);
  });

  test("is spoken of once, after the first note that is done", async ({ open }) => {
    const owner = await openPractice();
    const client = await aClient(owner);
    const at = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
    const hours = [await book(owner, { client, start: at(1) }), await book(owner, { client, start: at(3) })];
    const { page } = await open(owner);
    const finalize = async (id: string): Promise<void> => {
      await page.goto(`/app/notes/${id}`);
      await page.getByRole("textbox").first().fill("כאב בברך");
      await page.locator('[data-state="saved"][data-tone="ok"]').waitFor();
      await offer(page);
      await press(page, "sessions.finalize");
      await press(page, "sessions.finalize-now");
      await page.getByText(w("sessions.finalized")).waitFor();
    };
    const leave = async (): Promise<void> => {
      await page.getByRole("link", { name: w("today.menu"), exact: true }).click();
      await page.getByRole("heading", { name: w("today.agenda") }).waitFor();
    };
    await finalize(hours[0]?.id ?? "");
    expect(await page.getByText(w("ui.install-offer")).count()).toBe(0);
    await leave();
    await page.getByText(w("ui.install-offer")).waitFor();
    await finalize(hours[1]?.id ?? "");
    await leave();
    expect(await page.getByText(w("ui.install-offer")).count()).toBe(0);
  });
});

type Rules = Record<string, (given: string) => string>;
type Heard = { made: [string, Rules][] };
type Factory = { createPolicy: (name: string, rules: Rules) => unknown };

/** Write down which policies a page makes, and of what. */
function heard(): void {
  const { trustedTypes } = window as unknown as { trustedTypes: Factory };
  const made: Heard["made"] = [];
  const make = trustedTypes.createPolicy.bind(trustedTypes);
  Object.assign(window, { made });
  trustedTypes.createPolicy = (name, rules) => {
    made.push([name, rules]);
    return make(name, rules);
  };
}

function letsThrough(addresses: string[]): { made: string[]; passed: string[] } {
  const { made } = window as unknown as Heard;
  const passes = (address: string): boolean => {
    try {
      return made[0]?.[1].createScriptURL?.(address) === address;
    } catch {
      return false;
    }
  };
  return {
    made: made.map(([name, rules]) => `${name}: ${Object.keys(rules)}`),
    passed: addresses.filter(passes),
  };
}

describe("the one Trusted Types policy", () => {
  test("is there once, and lets no other script become a worker", async ({ open }) => {
    const owner = await openPractice();
    const { page, context, complaints } = await open(owner, { worker: true, path: "about:blank" });
    await context.addInitScript(heard);
    await page.goto("/app/");
    await installed(page);
    expect(
      await page.evaluate(letsThrough, ["/app/sw.js", "/app/assets/other.js", "//elsewhere/app/sw.js", ""]),
    ).toEqual({
      made: ["pazpaz: createScriptURL"],
      passed: ["/app/sw.js"],
    });
    const refused = await page.evaluate(async () => {
      const said: string[] = [];
      const { trustedTypes } = window as unknown as { trustedTypes: Factory };
      for (const name of ["pazpaz", "default", "other"]) {
        try {
          trustedTypes.createPolicy(name, { createScriptURL: (one: string) => one });
          said.push(name);
        } catch {}
      }
      await navigator.serviceWorker.register("/app/assets/other.js").catch(() => said.push("refused"));
      return said;
    });
    expect(refused).toEqual(["refused"]);
    await expect
      .poll(() => complaints.found.join("\n"))
      .toMatch(/require-trusted-types-for: trusted-types-sink/);
    expect(complaints.found.filter((one) => /^trusted-types:/.test(one)).length).toBe(3);
    complaints.found.length = 0;
  });

  test("is the page's of the running server", async () => {
    const answer = await fetch(`${place.base}/app/`);
    expect(answer.headers.get("content-security-policy")).toMatch(/trusted-types pazpaz$/);
  });
});
