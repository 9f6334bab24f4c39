import { useAction } from "../api/action.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import type { SheetProps } from "./AppointmentSheet.tsx";
import styles from "./appointments.module.css";
import { archive, reread } from "./data.ts";
import { Refusal } from "./Refusal.tsx";

type Props = Pick<SheetProps, "item" | "onRemoved" | "show"> & { onCancel: () => void };

/** Asks first; the toast that follows brings it back. */
export function Removal({ item, onRemoved, show, onCancel }: Props) {
  const removing = useAction(async () => {
    await archive(item);
    return true;
  });
  const remove = async (): Promise<void> => {
    if (await removing.run()) onRemoved();
  };
  return (
    <div class={styles.stack}>
      <Refusal problem={removing.problem} show={show} again={() => void reread(item)} />
      <p>{t(item.note ? "appointments.remove-with-note" : "appointments.remove-ask")}</p>
      <div class={styles.actions}>
        <Button kind="danger" isBusy={removing.isRunning} onClick={() => void remove()}>
          {t("appointments.remove")}
        </Button>
        <Button onClick={onCancel}>{t("ui.cancel")}</Button>
      </div>
    </div>
  );
}
