import { useState } from "preact/hooks";
import { parseDay, typedDay } from "../core/dates.ts";
import { t } from "../core/i18n.ts";
import { today } from "../core/zone.ts";
import { IconButton } from "./Button.tsx";
import styles from "./DateField.module.css";
import { MonthGrid } from "./MonthGrid.tsx";
import { useTyped } from "./typed.ts";

interface Props {
  value: Temporal.PlainDate | null;
  /** Null while what is typed is no day. */
  onChange: (day: Temporal.PlainDate | null) => void;
  required?: boolean;
}

/** A day, typed as 28/11/2026 or picked from its month. The browser's own field would go by the browser's language. */
export function DateField({ value, onChange, ...field }: Props) {
  const { type, input } = useTyped({ value, onChange, parse: parseDay, write: typedDay });
  const [isOpen, open] = useState(false);
  const pick = (day: Temporal.PlainDate): void => {
    open(false);
    type(typedDay(day));
  };
  return (
    <div class={styles.date}>
      <span class={styles.row}>
        <input {...field} {...input} placeholder={t("ui.day-typed")} />
        <IconButton
          kind="plain"
          icon="calendar"
          label={t("ui.pick-day")}
          aria-expanded={isOpen}
          onClick={() => open(!isOpen)}
        />
      </span>
      {isOpen && <MonthGrid day={value ?? today()} onPick={pick} onClose={() => open(false)} />}
    </div>
  );
}
