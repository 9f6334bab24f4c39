// Draws public/icons/*.png from public/icon.svg, by hand when that changed: node tools/icons.ts
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const PUBLIC = join(import.meta.dirname, "..", "public");
const drawn = readFileSync(join(PUBLIC, "icon.svg"), "utf8");
// A system cuts its own shape out of these: colour up to the edge, the letter in the middle.
const filled = drawn.replace(/rx="[^"]*"/, "").replace('viewBox="0 0 48 48"', 'viewBox="5 5 38 38"');
const maskable = drawn
  .replace(/<rect[^>]*\/>/, '<rect x="-12" y="-12" width="72" height="72" fill="#0B6B5F"/>')
  .replace('viewBox="0 0 48 48"', 'viewBox="-6 -6 60 60"');
const ICONS: [string, string, number][] = [
  ["192", drawn, 192],
  ["512", drawn, 512],
  ["maskable-512", maskable, 512],
  ["apple-180", filled, 180],
];

const browser = await chromium.launch({
  executablePath: process.env.PAZPAZ_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage();
mkdirSync(join(PUBLIC, "icons"), { recursive: true });
for (const [name, svg, size] of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
  );
  await page.screenshot({ path: join(PUBLIC, "icons", `${name}.png`), omitBackground: true });
}
await browser.close();
