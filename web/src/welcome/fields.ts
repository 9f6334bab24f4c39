import type { Problem } from "../api/problems.ts";
import { t } from "../core/i18n.ts";

/** The fields that a refusal points to, each with what to do. */
export function fieldWords(problem: Problem | null): Record<string, string> {
  const names = (problem?.fields ?? []).map(({ pointer }) => pointer?.replace(/^\//, "") ?? "");
  return Object.fromEntries(names.filter(Boolean).map((name) => [name, t("welcome.not-accepted")]));
}
