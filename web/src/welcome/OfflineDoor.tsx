import { useState } from "preact/hooks";
import { openedHere } from "../accounts/here.ts";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { openHereByPasskey, openHereByPassphrase } from "../factors/data.ts";
import { hasPasskeys } from "../factors/passkeys.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Failure } from "../ui/States.tsx";
import styles from "./Door.module.css";

/** The server cannot be asked: what lies on this device opens by what was set up for that, and by nothing else. */
export function OfflineDoor({ ways }: { ways: { prf: boolean; passphrase: boolean } }) {
  return (
    <div class={styles.stack}>
      <p>{t("welcome.opens-here")}</p>
      {ways.prf && hasPasskeys() && <ByPasskey />}
      {ways.passphrase && <ByPassphrase />}
    </div>
  );
}

function ByPasskey() {
  const opening = useAction(async () => {
    await openHereByPasskey();
    await openedHere();
  });
  return (
    <>
      <Button kind="primary" icon="key" isBusy={opening.isRunning} onClick={() => void opening.run()}>
        {t("factors.use-passkey")}
      </Button>
      {opening.problem && <Failure words={wordsOf(opening.problem)} />}
    </>
  );
}

function ByPassphrase() {
  const [typed, setTyped] = useState("");
  const opening = useAction(async () => {
    await openHereByPassphrase(typed);
    await openedHere();
  });
  return (
    <form
      class={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        void opening.run();
      }}
    >
      <Field label={t("welcome.passphrase-of")} error={opening.problem && wordsOf(opening.problem)}>
        <input
          type="password"
          required
          autocomplete="current-password"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </Field>
      <Button type="submit" kind="primary" isBusy={opening.isRunning}>
        {t("factors.continue")}
      </Button>
    </form>
  );
}
