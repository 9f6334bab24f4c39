import type { CDPSession } from "playwright-core";
import { open } from "../e2e/support/window.ts";
import { ordinaryDay } from "./practice.ts";
import { tell } from "./report.ts";

const ROUNDS = 100;
const PATHS = ["/app/calendar", "/app/clients", "/app/more", "/app/"];

async function heap(devtools: CDPSession): Promise<number> {
  for (let again = 0; again < 3; again += 1) await devtools.send("HeapProfiler.collectGarbage");
  return (await devtools.send("Runtime.getHeapUsage")).usedSize / 1_000_000;
}

/** B12: what stays in memory after a hundred walks through the four screens. */
export async function memory(): Promise<void> {
  const owner = await ordinaryDay();
  const { page, context } = await open(owner, {});
  const devtools = await context.newCDPSession(page);
  const walk = async (): Promise<void> => {
    for (const path of PATHS) {
      await page.locator(`nav a[href="${path}"]`).click();
      await page.getByRole("heading", { level: 1 }).first().waitFor();
    }
  };
  for (let warm = 0; warm < 5; warm += 1) await walk();
  const before = await heap(devtools);
  for (let round = 0; round < ROUNDS; round += 1) await walk();
  const after = await heap(devtools);
  await context.close();
  tell({
    id: "B12",
    what: "script heap after 100 walks through four screens",
    value: after,
    unit: "MB",
    goal: 40,
  });
  tell({ id: "B12", what: "growth over them", value: after - before, unit: "MB", goal: 5 });
}
