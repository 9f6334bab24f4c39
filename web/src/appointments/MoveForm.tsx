import { useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import styles from "./appointments.module.css";
import type { Appointment } from "./data.ts";
import { DayAndTime } from "./When.tsx";

interface Props {
  item: Appointment;
  onMove: (start: number) => void;
  onCancel: () => void;
}

/** The way to move an appointment that needs no dragging. */
export function MoveForm({ item, onMove, onCancel }: Props) {
  const [start, setStart] = useState<number | null>(item.start);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (start === item.start) onCancel();
    else if (start !== null) onMove(start);
  };
  return (
    <form class={styles.stack} onSubmit={submit}>
      <DayAndTime start={item.start} onChange={setStart} />
      <div class={styles.actions}>
        <Button type="submit" kind="primary">
          {t("appointments.move")}
        </Button>
        <Button onClick={onCancel}>{t("ui.cancel")}</Button>
      </div>
    </form>
  );
}
