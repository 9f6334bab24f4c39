import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { me } from "../accounts/data.ts";
import { lock } from "../accounts/leaving.ts";
import { t } from "../core/i18n.ts";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { waysOf } from "../vault/door.ts";
import styles from "./Frame.module.css";

const isAsking = signal(false);
const ask = (is: boolean): void => {
  isAsking.value = is;
};

/** Locks at once; who could only come back by mail is told so first. */
export function LockButton() {
  const isEnrolled = me.value?.second_factor.is_enrolled;
  return (
    <button type="button" class={styles.lock} onClick={() => (isEnrolled ? void lock() : ask(true))}>
      <Icon name="lock" size={24} />
      <span>{t("ui.lock")}</span>
    </button>
  );
}

export function LockSheet() {
  return isAsking.value ? <Asked /> : null;
}

function Asked() {
  const [byPassphrase, opensBy] = useState(false);
  useEffect(() => void waysOf().then(({ passphrase }) => opensBy(passphrase)), []);
  const lockNow = (): void => {
    ask(false);
    void lock();
  };
  return (
    <Sheet title={t("ui.lock")} onClose={() => ask(false)}>
      <div class={styles.stack}>
        <p>{t("shell.lock-by-mail")}</p>
        {byPassphrase && <p>{t("shell.lock-by-passphrase")}</p>}
        <Button kind="primary" icon="lock" onClick={lockNow}>
          {t("shell.lock-now")}
        </Button>
        <ButtonLink icon="key" href="/second-factor">
          {t("shell.add-factor")}
        </ButtonLink>
      </div>
    </Sheet>
  );
}
