import { cloneElement, type VNode } from "preact";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import type { Editing } from "./ClientForm.tsx";
import type { FieldName } from "./form.ts";
import { LABELS } from "./labels.ts";

interface Props extends Editing {
  field: FieldName;
  hint?: string;
  children: VNode<Record<string, unknown>>;
}

/** One field of the form, with what somebody else wrote there meanwhile. */
export function FormField({ field, hint, values, set, errorOf, elsewhere, children }: Props) {
  const theirs = elsewhere[field];
  const isOpen = theirs !== undefined && theirs !== values[field];
  return (
    <Field
      label={t(LABELS[field])}
      hint={isOpen ? t("clients.elsewhere", { text: theirs || t("clients.nothing") }) : hint}
      error={errorOf(field)}
      after={isOpen && <Button onClick={() => set(field, theirs)}>{t("clients.take-theirs")}</Button>}
    >
      {cloneElement(children, {
        value: values[field],
        onInput: (event: Event) => set(field, (event.currentTarget as HTMLInputElement).value),
      })}
    </Field>
  );
}
