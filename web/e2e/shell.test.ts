import { inject } from "vitest";
import { violations } from "./support/axe.ts";
import { openPractice } from "./support/people.ts";
import { describe, expect, test } from "./support/test.ts";
import { wordsIn } from "./support/words.ts";

describe("the shell", () => {
  test.for(["he", "en"] as const)(
    "its language and direction are there from the first byte: %s",
    async (language, { open }) => {
      const { page } = await open(null, { language });
      const first = await page.request.get(`${inject("base")}/app/`, {
        headers: { "accept-language": language },
      });
      expect(await first.text()).toContain(
        `<html lang="${language}" dir="${language === "he" ? "rtl" : "ltr"}" data-nobody>`,
      );
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
    },
  );

  test("what breaks its policy is noticed by these tests", async ({ open }) => {
    const { page, complaints } = await open(null);
    await page.evaluate(() => {
      const style = document.createElement("style");
      style.textContent = "body { color: red }";
      document.head.append(style);
      try {
        document.body.innerHTML = "<b>x</b>";
      } catch {}
    });
    await expect.poll(() => complaints.found.join("\n")).toMatch(/style-src[\s\S]*require-trusted-types-for/);
    complaints.found.length = 0;
  });

  test("an address that leads nowhere says where to go", async ({ open }) => {
    const owner = await openPractice();
    const { page } = await open(owner, { path: "/app/nowhere" });
    await page.getByRole("link", { name: wordsIn("he")("ui.to-today") }).waitFor();
  });
});

test("what axe-core finds is noticed by these tests", async ({ open }) => {
  const { page } = await open(null);
  await page.getByRole("main").waitFor();
  await page.evaluate(() => document.getElementById("app")?.append(document.createElement("button")));
  expect((await violations(page)).join("\n")).toContain("button-name");
});
