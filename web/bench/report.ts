import { loadavg } from "node:os";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

export interface Figure {
  id: string;
  what: string;
  value: number;
  unit: string;
  /** At most so much; at least with `isLeast`. */
  goal?: number;
  isLeast?: boolean;
  beside?: string;
}

/** One line for each figure, with its goal and whether it is met. */
export function tell({ id, what, value, unit, goal, isLeast, beside }: Figure): void {
  const sign = isLeast ? "≥" : "≤";
  const met = goal === undefined ? "" : (isLeast ? value >= goal : value <= goal) ? "met" : "NOT MET";
  const wanted = goal === undefined ? "" : `goal ${sign} ${goal} ${unit}`;
  say(
    `${id.padEnd(4)} ${what.padEnd(58)} ${shown(value)} ${unit.padEnd(3)} ${wanted.padEnd(16)} ${met.padEnd(8)} ${beside ?? ""}`.trimEnd(),
  );
}

export const note = (text: string): void => say(`     ${text}`);

export const loadNow = (): string => `load ${loadavg()[0]?.toFixed(1)}`;

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

const shown = (value: number): string =>
  (Number.isInteger(value) ? String(value) : value.toFixed(1)).padStart(8);
