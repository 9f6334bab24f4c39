import type { ComponentChild } from "preact";
import { useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { useGuard } from "../core/unsaved.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";
import styles from "./NotePage.module.css";

/** Words that neither the server nor the disk has hold the window; nothing else does. */
export function useLeaving(note: OpenNote): ComponentChild {
  const [isAsking, ask] = useState(false);
  const [mayLeave, allow] = useState(false);
  const isOnlyHere = note.state.value.kind === "window-only";
  useGuard(isOnlyHere && !mayLeave, () => ask(true));
  if (!isAsking || !isOnlyHere) return null;
  const leave = (): void => {
    allow(true);
    ask(false);
  };
  const answers = (
    <span class={styles.tools}>
      <Button onClick={() => ask(false)}>{t("notepage.stay")}</Button>
      <Button kind="danger" onClick={leave}>
        {t("notepage.allow-leaving")}
      </Button>
    </span>
  );
  return (
    <div ref={(box) => box?.querySelector("button")?.focus()}>
      <Notice tone="danger" action={answers}>
        {t("notepage.only-here")}
      </Notice>
    </div>
  );
}
