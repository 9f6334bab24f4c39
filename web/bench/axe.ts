import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { note, tell } from "./report.ts";

const WEB = join(import.meta.dirname, "..");
const WIDTHS = 3;

interface Report {
  numTotalTests: number;
  numFailedTests: number;
}

/** B11: the test of every screen, each at three widths. */
export async function axe(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pazpaz-axe-"));
  const file = join(folder, "report.json");
  const words = ["run", "e2e/axe.test.ts", "--reporter=json", `--outputFile=${file}`];
  spawnSync(process.execPath, [join(WEB, "node_modules/vitest/vitest.mjs"), ...words], {
    cwd: WEB,
    stdio: "ignore",
  });
  const { numTotalTests, numFailedTests } = JSON.parse(readFileSync(file, "utf8")) as Report;
  rmSync(folder, { recursive: true });
  tell({ id: "B11", what: "screens with an axe violation", value: numFailedTests, unit: "", goal: 0 });
  note(`${numTotalTests} screens, states, languages and themes, each ${WIDTHS} widths`);
}
