import { useState } from "preact/hooks";
import { instantOf } from "../core/dates.ts";
import { longDay, time } from "../core/format.ts";
import { ltr, t } from "../core/i18n.ts";
import { inZone } from "../core/zone.ts";
import { Button } from "../ui/Button.tsx";
import { DateField } from "../ui/DateField.tsx";
import { Field } from "../ui/Field.tsx";
import { TimeField } from "../ui/TimeField.tsx";
import styles from "./appointments.module.css";

const iso = (instant: number): string => new Date(instant).toISOString();

/** The time of an appointment to be, as a line that opens into its two fields. */
export function When({ start, onChange }: { start: number; onChange: (start: number) => void }) {
  const [isOpen, open] = useState(false);
  if (isOpen) return <DayAndTime start={start} onChange={(to) => to !== null && onChange(to)} />;
  return (
    <p class={styles.when}>
      <b>
        {longDay(inZone(iso(start)).toPlainDate())}, {ltr(time(iso(start)))}
      </b>
      <Button kind="quiet" icon="edit" onClick={() => open(true)}>
        {t("appointments.other-time")}
      </Button>
    </p>
  );
}

interface Props {
  start: number;
  /** Null while one of the fields holds no day or no time. */
  onChange: (start: number | null) => void;
  error?: string | undefined;
}

/** A day and a time in the practice's zone. An instant that is not touched stays, also where its hour comes twice. */
export function DayAndTime({ start, onChange, error }: Props) {
  const [from] = useState(() => inZone(iso(start)));
  const [day, setDay] = useState<Temporal.PlainDate | null>(() => from.toPlainDate());
  const [clock, setClock] = useState<Temporal.PlainTime | null>(() => from.toPlainTime());
  const tell = (to: Temporal.PlainDate | null, at: Temporal.PlainTime | null): void => {
    setDay(to);
    setClock(at);
    const isSame = to?.equals(from.toPlainDate()) && at?.equals(from.toPlainTime());
    onChange(isSame ? from.epochMilliseconds : to && at && instantOf(to, at));
  };
  return (
    <div class={styles.pair}>
      <Field label={t("appointments.day")} error={day ? undefined : t("appointments.no-day")}>
        <DateField value={day} onChange={(to) => tell(to, clock)} />
      </Field>
      <Field label={t("appointments.time")} error={clock ? error : t("appointments.no-time")}>
        <TimeField value={clock} onChange={(at) => tell(day, at)} />
      </Field>
    </div>
  );
}
