import { isIosTab } from "../core/device.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Notice } from "../ui/States.tsx";
import styles from "./OwnDevice.module.css";
import { stays } from "./OwnDevice.tsx";
import { WithoutServer } from "./WithoutServer.tsx";

/** What it means that this is one's own device, and how it opens when there is no connection. */
export default function Ready() {
  const close = (): void => {
    stays.value = undefined;
  };
  return (
    <Sheet title={t("welcome.own-ready")} onClose={close}>
      <div class={styles.stack}>
        <p>{t("welcome.own-kept")}</p>
        {isIosTab() ? (
          <Notice tone="warn">{t("welcome.home-screen")}</Notice>
        ) : (
          <p>{t(stays.value ? "welcome.stays" : "welcome.may-go")}</p>
        )}
        <WithoutServer />
        <Button onClick={close}>{t("welcome.own-done")}</Button>
      </div>
    </Sheet>
  );
}
