import { useState } from "preact/hooks";
import { me } from "../accounts/data.ts";
import { lock } from "../accounts/leaving.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import styles from "./Frame.module.css";

/** Locks at once; who could only come back by mail is told so first. */
export function LockButton() {
  const [isAsking, ask] = useState(false);
  const isEnrolled = me.value?.second_factor.is_enrolled;
  return (
    <>
      <button type="button" class={styles.lock} onClick={() => (isEnrolled ? void lock() : ask(true))}>
        <Icon name="lock" size={24} />
        <span>{t("ui.lock")}</span>
      </button>
      {isAsking && (
        <Sheet title={t("ui.lock")} onClose={() => ask(false)}>
          <div class={styles.stack}>
            <p>{t("shell.lock-by-mail")}</p>
            <a href="/second-factor">{t("accounts.second-factor")}</a>
            <Button kind="primary" icon="lock" onClick={() => void lock()}>
              {t("shell.lock-now")}
            </Button>
          </div>
        </Sheet>
      )}
    </>
  );
}
