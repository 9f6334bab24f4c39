import { useAction } from "../api/action.ts";
import { now } from "../core/clock.ts";
import type { PlainKey } from "../core/i18n.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import type { SheetProps } from "./AppointmentSheet.tsx";
import styles from "./appointments.module.css";
import { type Appointment, change, reread } from "./data.ts";
import { Refusal } from "./Refusal.tsx";
import { isOpen } from "./rules.ts";

export type Mode = "facts" | "edit" | "move" | "remove";
type Status = Appointment["status"];

const TO_STATUS: Record<Status, PlainKey> = {
  completed: "appointments.to-completed",
  no_show: "appointments.to-no-show",
  cancelled: "appointments.to-cancelled",
  scheduled: "appointments.to-scheduled",
};
const NEXT: Record<Status, readonly Status[]> = {
  scheduled: ["completed", "no_show", "cancelled"],
  completed: ["scheduled"],
  no_show: ["scheduled"],
  cancelled: ["scheduled"],
};

/** Nothing has taken place before it began. */
const nextOf = (item: Appointment): readonly Status[] =>
  NEXT[item.status].filter((status) => status !== "completed" || item.start <= now().epochMilliseconds);

type Props = Pick<SheetProps, "item" | "onChanged" | "onOther" | "show"> & { setMode: (mode: Mode) => void };

export function Actions({ item, onChanged, onOther, show, setMode }: Props) {
  const changing = useAction((status: Status) => change(item, { status }));
  const set = async (status: Status): Promise<void> => {
    const saved = await changing.run(status);
    if (saved) onChanged(saved, item);
  };
  return (
    <div class={styles.stack}>
      <Refusal problem={changing.problem} show={show} again={() => void reread(item)} />
      <div class={styles.actions}>
        <Button icon="edit" onClick={() => setMode("edit")}>
          {t("appointments.edit")}
        </Button>
        {isOpen(item) && (
          <Button icon="move" onClick={() => setMode("move")}>
            {t("appointments.move-to")}
          </Button>
        )}
        {nextOf(item).map((status) => (
          <Button key={status} isBusy={changing.isRunning} onClick={() => void set(status)}>
            {t(TO_STATUS[status])}
          </Button>
        ))}
        {onOther && (
          <Button kind="quiet" onClick={onOther}>
            {t("appointments.other-client")}
          </Button>
        )}
        <Button kind="quiet" onClick={() => setMode("remove")}>
          {t("appointments.remove")}
        </Button>
      </div>
    </div>
  );
}
