import { explain, type Problem, wordsOf } from "../api/problems.ts";
import { locale } from "../core/format.ts";
import { type PlainKey, t } from "../core/i18n.ts";
import type { Attached } from "./data.ts";
import { MOST_BYTES } from "./rules.ts";

explain({
  "wrong-file-type": "attachments.wrong-type",
  "content-too-large": "attachments.too-large-there",
  "workspace-full": "attachments.space-full",
  "scanner-unavailable": "attachments.not-checked",
  "storage-unavailable": "attachments.store-away",
  "file-lost": "attachments.lost",
  "attachment-removed": "attachments.removed-elsewhere",
  "client-attachment-id-taken": "attachments.twice",
  "picture-unreadable": "attachments.unreadable",
  "picture-heic": "attachments.heic",
  "device-full": "attachments.device-full",
});

const REJECTED: Record<string, PlainKey> = {
  "does-not-decode": "attachments.damaged",
  "too-many-pixels": "attachments.too-many-pixels",
  "too-costly": "attachments.too-complex",
  "too-complex": "attachments.too-complex",
  animated: "attachments.animated",
  "active-content": "attachments.active",
  "embedded-file": "attachments.embedded",
  encrypted: "attachments.encrypted",
  infected: "attachments.infected",
};

/** Why a file was not taken, and what to do. */
export function refusal(problem: Problem): string {
  if (problem.slug === "file-rejected")
    return t(REJECTED[String(problem.members.reason)] ?? "attachments.damaged");
  // What is said of the note elsewhere tells to amend it: a file cannot be amended.
  if (problem.slug === "session-finalized" || problem.slug === "invalid-status-transition")
    return t("attachments.note-final");
  return wordsOf(problem);
}

const WITHOUT: Record<Attached["removed"][number], PlainKey> = {
  signature: "attachments.without-signature",
  password: "attachments.without-password",
  scripts: "attachments.without-scripts",
  attachments: "attachments.without-attachments",
  actions: "attachments.without-actions",
  links: "attachments.without-links",
  annotations: "attachments.without-annotations",
};

/** What a file no longer has that the one that was sent had; empty when nothing is missed. */
export function removedWords({ removed }: Pick<Attached, "removed">): string {
  const parts = removed.map((word) => t(WITHOUT[word]));
  return parts.length === 0
    ? ""
    : t("attachments.without", { what: new Intl.ListFormat(locale()).format(parts) });
}

const MEGABYTE = 1_048_576; // as the limit is counted

/** 1.2 MB: a browser's own words for it stand in another order in a right-to-left line. */
export function sizeWords(bytes: number): string {
  const isLarge = bytes >= MEGABYTE;
  const number = new Intl.NumberFormat(locale(), { maximumFractionDigits: isLarge ? 1 : 0 });
  const size = number.format(isLarge ? bytes / MEGABYTE : Math.max(1, bytes / 1024));
  return t(isLarge ? "attachments.megabytes" : "attachments.kilobytes", { size });
}

export const tooLargeWords = (bytes: number): string =>
  t("attachments.too-large", { size: sizeWords(bytes), most: sizeWords(MOST_BYTES) });
