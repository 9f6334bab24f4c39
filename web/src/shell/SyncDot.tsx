import { signal } from "@preact/signals";
import { role } from "../accounts/data.ts";
import { thisMinute } from "../core/clock.ts";
import { t } from "../core/i18n.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { later } from "../ui/later.tsx";
import { waiting } from "../vault/waiting.ts";
import styles from "./SyncDot.module.css";
import { type Said, said, toneOf } from "./sync.ts";

const WaitingSheet = later(() => import("./WaitingSheet.tsx"));
const isShown = signal(false);
const show = (is: boolean): void => {
  isShown.value = is;
};

const ICONS: Record<Said["kind"], IconName> = {
  saved: "check",
  saving: "clock",
  decision: "flag",
  refused: "alert",
  "on-device": "lock",
  "window-only": "alert",
};

/** Always in view: whether the server has every word, in words; it leads to what waits. */
export function SyncDot() {
  if (role.value === "assistant") return null;
  const now = said(waiting.value);
  return (
    <button
      type="button"
      class={styles.dot}
      data-tone={toneOf(waiting.value, thisMinute().epochMilliseconds)}
      onClick={() => show(true)}
    >
      <Icon name={ICONS[now.kind]} size={16} />
      <span>{words(now)}</span>
    </button>
  );
}

export function SyncSheet() {
  return isShown.value ? <WaitingSheet onClose={() => show(false)} /> : null;
}

function words(now: Said): string {
  if (now.kind !== "on-device" && now.kind !== "window-only") return t(SHORT[now.kind]);
  if (now.notes === 0) return t("shell.photos-wait", { count: now.photos });
  return now.kind === "on-device"
    ? t("shell.on-device", { count: now.notes })
    : t("shell.in-window", { count: now.notes });
}

const SHORT = {
  saved: "shell.all-saved",
  saving: "shell.saving",
  decision: "shell.needs-decision",
  refused: "shell.not-accepted",
} as const;
