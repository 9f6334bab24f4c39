import { useEffect, useState } from "preact/hooks";
import { parseDay, typedDay } from "../core/dates.ts";
import { t } from "../core/i18n.ts";
import { today } from "../core/zone.ts";
import { IconButton } from "./Button.tsx";
import styles from "./DateField.module.css";
import { MonthGrid } from "./MonthGrid.tsx";

interface Props {
  value: Temporal.PlainDate | null;
  /** Null while what is typed is no day. */
  onChange: (day: Temporal.PlainDate | null) => void;
  required?: boolean;
}

/** A day, typed as 28/11/2026 or picked from its month. The browser's own field would go by the browser's language. */
export function DateField({ value, onChange, ...field }: Props) {
  const [text, setText] = useState(value ? typedDay(value) : "");
  const [isOpen, open] = useState(false);
  useEffect(() => {
    if (value && !parseDay(text)?.equals(value)) setText(typedDay(value));
  }, [value?.toString()]);
  const type = (typed: string): void => {
    setText(typed);
    onChange(parseDay(typed));
  };
  const pick = (day: Temporal.PlainDate): void => {
    open(false);
    type(typedDay(day));
  };
  return (
    <div class={styles.date}>
      <span class={styles.row}>
        <input
          {...field}
          dir="ltr"
          inputMode="numeric"
          autocomplete="off"
          placeholder={t("ui.day-typed")}
          value={text}
          onInput={(event) => type(event.currentTarget.value)}
          onBlur={() => value && setText(typedDay(value))}
        />
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
