import { parseTime, typedTime } from "../core/dates.ts";
import { t } from "../core/i18n.ts";
import { useTyped } from "./typed.ts";

interface Props {
  value: Temporal.PlainTime | null;
  /** Null while what is typed is no time. */
  onChange: (time: Temporal.PlainTime | null) => void;
  required?: boolean;
}

const STEPS: Record<string, number> = { ArrowUp: 15, ArrowDown: -15 };

/** A time of day on the clock of 24 hours, typed as 9, 930 or 09:30; the arrows go by a quarter of an hour. */
export function TimeField({ value, onChange, ...field }: Props) {
  const { type, input } = useTyped({ value, onChange, parse: parseTime, write: typedTime });
  const step = (event: KeyboardEvent): void => {
    const minutes = STEPS[event.code];
    if (!minutes || !value) return;
    event.preventDefault();
    type(typedTime(value.add({ minutes })));
  };
  return <input {...field} {...input} placeholder={t("ui.time-typed")} onKeyDown={step} />;
}
