// What the save line says: exactly what the vault knows, and nothing before it knows it.
import { wordsOf } from "../api/problems.ts";
import { dayOf, time } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inZone, today } from "../core/zone.ts";
import type { IconName } from "../ui/Icon.tsx";
import type { SaveState } from "../vault/note.ts";

export interface Line {
  words: string;
  icon: IconName;
  tone: "plain" | "ok" | "warn" | "danger";
}

/** `writtenAt`: when the server last took the note, for one that was not written on here. */
export function lineOf(state: SaveState, writtenAt: string | null): Line {
  switch (state.kind) {
    case "saved":
      return savedLine(state.at ?? (writtenAt === null ? null : Date.parse(writtenAt)));
    case "saving":
      return { words: t("sessions.saving"), icon: "clock", tone: "plain" };
    case "on-device":
      return { words: t("sessions.on-device"), icon: "lock", tone: "warn" };
    case "window-only":
      return { words: t("sessions.window-only"), icon: "alert", tone: "danger" };
    case "decision":
      return { words: t("sessions.decision"), icon: "flag", tone: "danger" };
    case "refused":
      return { words: t("sessions.refused", { why: wordsOf(state.problem) }), icon: "alert", tone: "danger" };
    case "elsewhere":
      return { words: t("sessions.elsewhere"), icon: "info", tone: "warn" };
  }
}

function savedLine(at: number | null): Line {
  if (at === null) return { words: t("sessions.nothing-written"), icon: "info", tone: "plain" };
  const moment = new Date(at).toISOString();
  const words = inZone(moment).toPlainDate().equals(today())
    ? t("sessions.saved-at", { time: time(at) })
    : t("sessions.saved-on", { day: dayOf(moment), time: time(at) });
  return { words, icon: "check", tone: "ok" };
}
