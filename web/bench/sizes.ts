import { join } from "node:path";
import { sizesOf } from "../tests/sizes.ts";
import { tell } from "./report.ts";

export const BUILT = join(import.meta.dirname, "../../backend/src/pazpaz/webapp/assets");

export async function sizes(): Promise<void> {
  const found = sizesOf(BUILT);
  const kilobytes = (bytes: number): number => bytes / 1000;
  const unit = "kB";
  tell({ id: "B1", what: "scripts of Today, gzip", value: kilobytes(found.today), unit, goal: 75 });
  tell({
    id: "B2",
    what: "all scripts, gzip (without Temporal's polyfill)",
    value: kilobytes(found.scripts),
    unit,
    goal: 230,
  });
  tell({ id: "B2", what: "all styles, gzip", value: kilobytes(found.styles), unit, goal: 16 });
  tell({ id: "B2", what: "all fonts", value: kilobytes(found.fonts), unit, goal: 33 });
}
