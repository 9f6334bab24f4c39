import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { refresh } from "../api/queries.ts";
import { clockError } from "../core/clock.ts";
import { t } from "../core/i18n.ts";
import { offerInstall } from "../core/install.ts";
import { isOnline } from "../core/online.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/States.tsx";
import { OwnDevice } from "../welcome/OwnDevice.tsx";
import styles from "./Frame.module.css";
import { isNewer, isWriting, takeNewer } from "./worker.ts";

const TOLERATED = 2 * 60_000;
const NOTES = "/app/notes/";
const TODAY = /^\/app\/?$/;

/** What concerns every screen: whose device it is, no connection, a clock that is off, a newer version. A note says itself where its words are. */
export function Notices() {
  const { path } = useLocation();
  const off = Math.abs(clockError.value);
  const isNote = path.startsWith(NOTES);
  useEffect(() => {
    if (!isNote) offerInstall();
  }, [isNote]);
  return (
    <div class={styles.notices}>
      <OwnDevice mayAsk={isNote || TODAY.test(path)} />
      {isNewer.value && !isWriting(path) && (
        <Notice tone="info" action={<Button onClick={() => void takeNewer()}>{t("shell.update")}</Button>}>
          {t("shell.newer")}
        </Notice>
      )}
      {!isOnline.value && !isNote && (
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
