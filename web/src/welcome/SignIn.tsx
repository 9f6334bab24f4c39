import { signal } from "@preact/signals";
import { askLink, readMe } from "../accounts/data.ts";
import { PasteLink } from "../accounts/PasteLink.tsx";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { signInByPasskey } from "../factors/data.ts";
import { hasPasskeys } from "../factors/passkeys.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Failure } from "../ui/States.tsx";
import styles from "./Door.module.css";
import { Door } from "./Door.tsx";
import { fieldWords } from "./fields.ts";
import { Unsent } from "./Unsent.tsx";
import type { Asked } from "./Welcome.tsx";

/** What was typed stays while the mail is awaited, for a wrong address. */
export const typedEmail = signal("");

export function SignIn({ onAsked }: { onAsked: (asked: Asked) => void }) {
  const asking = useAction(async () => {
    const email = typedEmail.value.trim();
    onAsked({ email, sent: await askLink(email), again: () => askLink(email) });
  });
  const field = fieldWords(asking.problem);
  return (
    <Door title={t("welcome.sign-in")}>
      <Unsent />
      <form
        class={styles.stack}
        onSubmit={(event) => {
          event.preventDefault();
          void asking.run();
        }}
      >
        <EmailField error={field.email} />
        {asking.problem && !field.email && <Failure words={wordsOf(asking.problem)} />}
        <Button type="submit" kind="primary" icon="mail" isBusy={asking.isRunning}>
          {t("welcome.send-link")}
        </Button>
      </form>
      <ByPasskey />
      <div class={styles.ways}>
        <details class={styles.details}>
          <summary>{t("welcome.have-link")}</summary>
          <PasteLink />
        </details>
        <a href="/app/sign-up">{t("welcome.new-practice")}</a>
      </div>
    </Door>
  );
}

function ByPasskey() {
  const entering = useAction(async () => {
    await signInByPasskey();
    await readMe();
  });
  if (!hasPasskeys()) return null;
  return (
    <div class={styles.stack}>
      <Button icon="key" isBusy={entering.isRunning} onClick={() => void entering.run()}>
        {t("welcome.with-passkey")}
      </Button>
      {entering.problem && <Failure words={wordsOf(entering.problem)} />}
    </div>
  );
}

export function EmailField({ error }: { error: string | undefined }) {
  return (
    <Field label={t("welcome.email")} error={error}>
      <input
        dir="ltr"
        type="email"
        name="email"
        required
        autocomplete="email"
        value={typedEmail.value}
        onInput={(event) => {
          typedEmail.value = event.currentTarget.value;
        }}
      />
    </Field>
  );
}
