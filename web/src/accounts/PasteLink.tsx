import { useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { Field } from "../ui/Field.tsx";
import { EnterBy } from "./EnterBy.tsx";
import { linkOf } from "./rules.ts";

/** A mailed link, pasted: an app on a phone's home screen cannot be opened by it. */
export function PasteLink({ onIn }: { onIn?: () => void }) {
  const [pasted, setPasted] = useState("");
  return (
    <EnterBy link={linkOf(pasted)} onIn={onIn}>
      {(words) => (
        <Field label={t("accounts.pasted-link")} error={words}>
          <input
            dir="ltr"
            required
            autocomplete="off"
            spellcheck={false}
            value={pasted}
            onInput={(event) => setPasted(event.currentTarget.value)}
          />
        </Field>
      )}
    </EnterBy>
  );
}
