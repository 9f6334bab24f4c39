import type { PlainKey } from "../core/i18n.ts";
import { t } from "../core/i18n.ts";
import { Field } from "../ui/Field.tsx";
import { FIELDS, type Field as NoteField, textsOf } from "../vault/texts.ts";
import { saveTemplate, type Template } from "./data.ts";
import { ItemForm } from "./ItemForm.tsx";

const LONGEST = 20_000;
const LABEL: Record<NoteField, PlainKey> = {
  subjective: "texts.subjective",
  objective: "texts.objective",
  assessment: "texts.assessment",
  plan: "texts.plan",
};

export function TemplateSheet({ old, onClose }: { old: Template | null; onClose: () => void }) {
  const start = { title: old?.title ?? "", ...textsOf(old ?? {}), is_shared: old?.is_shared ?? false };
  return (
    <ItemForm
      kind="templates"
      title={t(old ? "texts.edit-template" : "texts.add-template")}
      {...{ old, start, onClose }}
      save={saveTemplate}
      fields={({ values, set, errors }) => (
        <>
          <Field label={t("texts.template-title")} error={errors.has("title") ? t("texts.not-right") : null}>
            <input
              required
              maxLength={200}
              dir="auto"
              autocomplete="off"
              value={values.title}
              onInput={(event) => set({ title: event.currentTarget.value })}
            />
          </Field>
          {FIELDS.map((field) => (
            <Field
              key={field}
              label={t(LABEL[field])}
              error={errors.has(field) ? t("texts.not-right") : null}
            >
              <textarea
                rows={2}
                autocomplete="off"
                maxLength={LONGEST}
                value={values[field]}
                onInput={(event) => set({ [field]: event.currentTarget.value })}
              />
            </Field>
          ))}
        </>
      )}
    />
  );
}
