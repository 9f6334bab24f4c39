// Loaded only by those who treat.
import { t } from "../core/i18n.ts";
import { Field } from "../ui/Field.tsx";

interface Props {
  value: string;
  onInput: (text: string) => void;
  error: string | undefined;
}

export default function ClinicalField({ value, onInput, error }: Props) {
  return (
    <Field label={t("appointments.notes")} hint={t("appointments.notes-hint")} error={error}>
      <textarea
        autocomplete="off"
        dir="auto"
        rows={3}
        maxLength={20_000}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}
