import { useLayoutEffect, useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { t } from "../core/i18n.ts";
import { Choice } from "../ui/Choice.tsx";
import { Field } from "../ui/Field.tsx";
import { FormFoot } from "../ui/FormFoot.tsx";
import { later } from "../ui/later.tsx";
import type { SheetProps } from "./AppointmentSheet.tsx";
import styles from "./appointments.module.css";
import { change, reread } from "./data.ts";
import { changesOf, isRefused, lengthsWith, type Values, valuesOf } from "./form.ts";
import { Refusal } from "./Refusal.tsx";
import { PLACE_WORDS } from "./rules.ts";
import { DayAndTime } from "./When.tsx";

const ClinicalField = later(() => import("./ClinicalField.tsx"));
const PLACES = ["clinic", "home", "online"] as const;

type Props = Pick<SheetProps, "item" | "therapists" | "isAssistant" | "onChanged" | "show"> & {
  onTouched: (isTouched: boolean) => void;
  onDone: () => void;
  onCancel: () => void;
};

export function AppointmentForm(props: Props) {
  const { item, therapists, isAssistant, onChanged, show, onTouched, onDone, onCancel } = props;
  const [before] = useState(() => valuesOf(item));
  const [values, setValues] = useState(before);
  const set = (changed: Partial<Values>): void => setValues((was) => ({ ...was, ...changed }));
  const changes = changesOf(before, values);
  const isTouched = Object.keys(changes).length > 0;
  useLayoutEffect(() => onTouched(isTouched), [isTouched]);
  const saving = useAction(async () => (isTouched ? change(item, changes) : null));
  const refusal = (...fields: string[]): string | undefined =>
    isRefused(saving.problem, ...fields) ? t("appointments.field-refused") : undefined;
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (values.start === null) return;
    const saved = await saving.run();
    if (saved === undefined) return;
    onDone();
    if (saved) onChanged(saved, item);
  };
  return (
    <form class={styles.stack} onSubmit={(event) => void save(event)}>
      <DayAndTime
        start={item.start}
        onChange={(start) => set({ start })}
        error={refusal("scheduled_start", "scheduled_end")}
      />
      <Length minutes={values.minutes} set={set} />
      <Choice
        label={t("appointments.place")}
        options={PLACES.map((value) => ({ value, label: t(PLACE_WORDS[value]) }))}
        value={values.location_type}
        onChange={(location_type) => set({ location_type })}
      />
      <Texts {...{ values, set, refusal }} />
      {!isAssistant && (
        <ClinicalField value={values.notes} onInput={(notes) => set({ notes })} error={refusal("notes")} />
      )}
      {therapists.length > 1 && <Therapist {...{ therapists, values, set, refusal }} />}
      <FormFoot isBusy={saving.isRunning} onCancel={onCancel}>
        <Refusal problem={saving.problem} show={show} again={() => void reread(item)} />
      </FormFoot>
    </form>
  );
}

interface PartProps {
  values: Values;
  set: (changed: Partial<Values>) => void;
  refusal: (...fields: string[]) => string | undefined;
}

function Length({ minutes, set }: { minutes: number; set: PartProps["set"] }) {
  return (
    <Field label={t("appointments.length")}>
      <select value={minutes} onChange={(event) => set({ minutes: Number(event.currentTarget.value) })}>
        {lengthsWith(minutes).map((one) => (
          <option key={one} value={one}>
            {t("appointments.minutes", { minutes: one })}
          </option>
        ))}
      </select>
    </Field>
  );
}

function Texts({ values, set, refusal }: PartProps) {
  return (
    <>
      <Field label={t("appointments.location")} error={refusal("location")}>
        <input
          autocomplete="off"
          dir="auto"
          maxLength={500}
          value={values.location}
          onInput={(event) => set({ location: event.currentTarget.value })}
        />
      </Field>
      <Field label={t("appointments.service")} error={refusal("service_name")}>
        <input
          autocomplete="off"
          dir="auto"
          maxLength={500}
          value={values.service_name}
          onInput={(event) => set({ service_name: event.currentTarget.value })}
        />
      </Field>
      <Field
        label={t("appointments.logistics")}
        hint={t("appointments.logistics-hint")}
        error={refusal("logistics")}
      >
        <textarea
          autocomplete="off"
          dir="auto"
          rows={2}
          maxLength={20_000}
          value={values.logistics}
          onInput={(event) => set({ logistics: event.currentTarget.value })}
        />
      </Field>
    </>
  );
}

function Therapist({
  therapists,
  values,
  set,
  refusal,
}: PartProps & { therapists: SheetProps["therapists"] }) {
  return (
    <Field label={t("appointments.therapist")} error={refusal("therapist_id")}>
      <select
        value={values.therapist_id}
        onChange={(event) => set({ therapist_id: event.currentTarget.value })}
      >
        {therapists.map(({ id, full_name }) => (
          <option key={id} value={id}>
            {full_name}
          </option>
        ))}
      </select>
    </Field>
  );
}
