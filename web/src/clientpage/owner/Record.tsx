import { useState } from "preact/hooks";
import type { Client } from "../../clients/form.ts";
import { t } from "../../core/i18n.ts";
import { Button } from "../../ui/Button.tsx";
import { Fold } from "../../ui/Fold.tsx";
import { later } from "../../ui/later.tsx";
import styles from "../ClientPage.module.css";

const MergeSheet = later(() => import("./MergeSheet.tsx"));

/** What an owner may do with a whole record, and seldom does. */
export default function Record({ client }: { client: Client }) {
  const [shown, show] = useState<"merge" | null>(null);
  const close = (): void => show(null);
  return (
    <Fold title={t("clientpage.record")}>
      <div class={styles.actions}>
        <Button icon="move" onClick={() => show("merge")}>
          {t("clientpage.merge")}
        </Button>
      </div>
      {shown === "merge" && <MergeSheet client={client} onClose={close} />}
    </Fold>
  );
}
