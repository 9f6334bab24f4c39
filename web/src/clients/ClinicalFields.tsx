import { t } from "../core/i18n.ts";
import type { Editing } from "./ClientForm.tsx";
import { FormField } from "./FormField.tsx";

/** What only those who treat may see. */
export function ClinicalFields(editing: Editing) {
  return (
    <>
      <FormField {...editing} field="tags" hint={t("clients.tags-hint")}>
        <input type="text" dir="auto" autocomplete="off" maxLength={2000} />
      </FormField>
      <FormField {...editing} field="notes">
        <textarea autocomplete="off" rows={4} dir="auto" maxLength={20_000} />
      </FormField>
    </>
  );
}
