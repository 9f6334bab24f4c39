// `./dev bench web [B1 B3 …]`: the app's budgets, each as one line with its goal; `… histories [count] [seed]` for B7's.
import { place } from "../e2e/support/place.ts";
import { up } from "../e2e/support/up.ts";
import { closeBrowser } from "../e2e/support/window.ts";
import { axe } from "./axe.ts";
import { calendar } from "./calendar.ts";
import { clients } from "./clients.ts";

import { editor } from "./editor.ts";
import { first } from "./first.ts";
import { histories } from "./histories.ts";
import { kills } from "./kills.ts";

import { lighthouse } from "./lighthouse.ts";
import { memory } from "./memory.ts";
import { offline } from "./offline.ts";
import { loadNow, note } from "./report.ts";
import { sizes } from "./sizes.ts";
import { cold, quiet } from "./today.ts";

const MEASURES: [string[], () => Promise<void>][] = [
  [["B1", "B2"], sizes],
  [["B13", "B15"], quiet],
  [["B11"], axe],
  [["B3"], cold],
  [["B4", "B5"], offline],
  [["B6"], editor],
  [["B7"], kills],
  [["B9"], clients],
  [["B14"], first],
  [["B8"], calendar],
  [["B12"], memory],
  [["B10"], lighthouse],
];

const wanted = process.argv.slice(2).map((name) => name.toUpperCase());
const chosen = MEASURES.filter(([names]) => !wanted.length || names.some((name) => wanted.includes(name)));
const running = await up();
Object.assign(place, { base: running.base, mail: running.mail });
note(`${new Date().toISOString().slice(0, 16)}Z, ${loadNow()}`);
try {
  if (wanted[0] === "HISTORIES") process.exitCode = (await histories(wanted.slice(1))) ? 0 : 1;
  else for (const [, measure] of chosen) await measure();
} finally {
  await closeBrowser();
  await running.stop();
}
