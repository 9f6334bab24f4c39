import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { Problem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import styles from "./accounts.module.css";
import { enterByLink } from "./data.ts";
import { digitsOf, linkOf } from "./rules.ts";

const ASKS_CODE = new Set(["code-required", "code-wrong"]);

/** A mailed link, pasted: an app on a phone's home screen cannot be opened by it. */
export function PasteLink({ onIn }: { onIn?: () => void }) {
  const [pasted, setPasted] = useState("");
  const [code, setCode] = useState("");
  const [asksCode, setAsksCode] = useState(false);
  const entering = useAction(async () => {
    const link = linkOf(pasted);
    if (!link) throw new Problem(422, "no-link");
    await enterByLink(link, asksCode ? digitsOf(code) : undefined).catch((error: unknown) => {
      if (error instanceof Problem && ASKS_CODE.has(error.slug)) setAsksCode(true);
      throw error;
    });
    onIn?.();
  });
  const words = entering.problem && wordsOf(entering.problem);
  return (
    <form
      class={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        void entering.run();
      }}
    >
      <Field label={t("accounts.pasted-link")} error={asksCode ? null : words}>
        <input
          dir="ltr"
          required
          autocomplete="off"
          spellcheck={false}
          value={pasted}
          onInput={(event) => setPasted(event.currentTarget.value)}
        />
      </Field>
      {asksCode && (
        <Field label={t("accounts.digits")} error={words}>
          <input
            dir="ltr"
            required
            inputMode="numeric"
            autocomplete="one-time-code"
            pattern="[0-9]{3}[ \-]?[0-9]{3}"
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </Field>
      )}
      <Button type="submit" isBusy={entering.isRunning}>
        {t("accounts.enter")}
      </Button>
    </form>
  );
}
