import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure } from "../ui/States.tsx";
import { type Note, remove } from "./data.ts";
import styles from "./Sheets.module.css";

interface Props {
  saved: Note;
  onRemoved: () => void;
  onClose: () => void;
}

/** Asks first: a draft that was deleted cannot be brought back. */
export function RemoveSheet({ saved, onRemoved, onClose }: Props) {
  const removing = useAction(async () => {
    await remove(saved);
    return true;
  });
  const run = async (): Promise<void> => {
    if (await removing.run()) onRemoved();
  };
  return (
    <Sheet title={t("sessions.remove")} onClose={onClose}>
      <div class={styles.stack}>
        <p>{t("sessions.remove-ask")}</p>
        {removing.problem && <Failure words={wordsOf(removing.problem)} />}
        <div class={styles.ways}>
          <Button kind="danger" isBusy={removing.isRunning} onClick={() => void run()}>
            {t("sessions.remove-now")}
          </Button>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
        </div>
      </div>
    </Sheet>
  );
}
