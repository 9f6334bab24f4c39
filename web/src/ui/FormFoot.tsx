import type { ComponentChildren } from "preact";
import { t } from "../core/i18n.ts";
import { Button } from "./Button.tsx";
import styles from "./FormFoot.module.css";

interface Props {
  isBusy: boolean;
  onCancel: () => void;
  /** Why it was not saved. */
  children: ComponentChildren;
}

/** The end of a form in a sheet: in view however long the form is, and what a refusal says with it. */
export function FormFoot({ isBusy, onCancel, children }: Props) {
  return (
    <footer class={styles.foot}>
      {children}
      <div class={styles.ways}>
        <Button type="submit" kind="primary" isBusy={isBusy}>
          {t("ui.save")}
        </Button>
        <Button onClick={onCancel}>{t("ui.cancel")}</Button>
      </div>
    </footer>
  );
}
