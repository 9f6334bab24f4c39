import { t } from "../core/i18n.ts";
import { Field } from "../ui/Field.tsx";
import { type Snippet, saveSnippet } from "./data.ts";
import { ItemForm } from "./ItemForm.tsx";

const LONGEST = 5000;

export function SnippetSheet({ old, onClose }: { old: Snippet | null; onClose: () => void }) {
  const start = { name: old?.name ?? "", text: old?.text ?? "", is_shared: old?.is_shared ?? false };
  return (
    <ItemForm
      kind="snippets"
      title={t(old ? "texts.edit-snippet" : "texts.add-snippet")}
      {...{ old, start, onClose }}
      save={saveSnippet}
      fields={({ values, set, errors }) => (
        <>
          <Field
            label={t("texts.name")}
            hint={t("texts.name-hint")}
            error={errors.has("name") ? t("texts.not-right") : null}
          >
            <input
              required
              maxLength={80}
              pattern="[^\s;]+"
              dir="auto"
              autocomplete="off"
              value={values.name}
              onInput={(event) => set({ name: event.currentTarget.value })}
            />
          </Field>
          <Field label={t("texts.text")} error={errors.has("text") ? t("texts.not-right") : null}>
            <textarea
              required
              rows={4}
              autocomplete="off"
              maxLength={LONGEST}
              value={values.text}
              onInput={(event) => set({ text: event.currentTarget.value })}
            />
          </Field>
        </>
      )}
    />
  );
}
