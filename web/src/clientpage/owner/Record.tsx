import { useState } from "preact/hooks";
import type { Client } from "../../clients/form.ts";
import { t } from "../../core/i18n.ts";
import { Button } from "../../ui/Button.tsx";
import { Fold } from "../../ui/Fold.tsx";
import { later } from "../../ui/later.tsx";
import styles from "../ClientPage.module.css";

const MergeSheet = later(() => import("./MergeSheet.tsx"));
const EraseSheet = later(() => import("./EraseSheet.tsx"));

/** What an owner may do with a whole record, and seldom does. */
export default function Record({ client }: { client: Client }) {
  const [shown, show] = useState<"merge" | "erase" | null>(null);
  const close = (): void => show(null);
  return (
    <Fold title={t("clientpage.record")}>
      <div class={styles.actions}>
        {client.archived_at === null && (
          <Button icon="move" onClick={() => show("merge")}>
            {t("clientpage.merge")}
          </Button>
        )}
        <Button kind="quiet" icon="trash" onClick={() => show("erase")}>
          {t("clientpage.erase")}
        </Button>
      </div>
      {shown === "merge" && <MergeSheet client={client} onClose={close} />}
      {shown === "erase" && <EraseSheet client={client} onClose={close} />}
    </Fold>
  );
}
