import { EnterBy } from "../accounts/EnterBy.tsx";
import { mailed } from "../accounts/mailed.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import styles from "./Door.module.css";
import { Door } from "./Door.tsx";

const over = (): void => {
  mailed.value = null;
};

/** Opened by a mailed link. It acts only on a press, so that a scanner which opens the links of mails uses none up. */
export default function Mailed() {
  return (
    <Door title={t("welcome.link-here")}>
      {mailed.value && <EnterBy link={mailed.value} onIn={over} />}
      <div class={styles.ways}>
        <Button kind="quiet" onClick={over}>
          {t("welcome.other-way")}
        </Button>
      </div>
    </Door>
  );
}
