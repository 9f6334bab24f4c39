import { refresh } from "../api/queries.ts";
import { clockError } from "../core/clock.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/States.tsx";
import styles from "./Frame.module.css";

const TOLERATED = 2 * 60_000;

/** What concerns every screen: no connection, a clock that is off. */
export function Notices() {
  const off = Math.abs(clockError.value);
  if (isOnline.value && off <= TOLERATED) return null;
  return (
    <div class={styles.notices}>
      {!isOnline.value && (
        <Notice tone="warn" action={<Button onClick={() => void refresh()}>{t("ui.try-again")}</Button>}>
          {t("ui.offline")}
        </Notice>
      )}
      {off > TOLERATED && (
        <Notice tone="warn">{t("ui.clock-off", { minutes: Math.round(off / 60_000) })}</Notice>
      )}
    </div>
  );
}
