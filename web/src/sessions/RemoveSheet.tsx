import { useAction } from "../api/action.ts";
import { asProblem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { Button } from "../ui/Button.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure } from "../ui/States.tsx";
import { type Note, remove, restore } from "./data.ts";
import styles from "./Sheets.module.css";

const back = (note: Note): Promise<unknown> =>
  restore(note).catch((error) => say(wordsOf(asProblem(error)), { kind: "problem" }));

interface Props {
  saved: Note;
  onRemoved: () => void;
  onClose: () => void;
}

/** Asks first; the toast that follows brings it back. */
export function RemoveSheet({ saved, onRemoved, onClose }: Props) {
  const removing = useAction(async () => {
    await remove(saved);
    return true;
  });
  const run = async (): Promise<void> => {
    if (!(await removing.run())) return;
    onRemoved();
    say(t("sessions.removed"), { action: { label: t("ui.undo"), run: () => void back(saved) } });
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
