import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Failure } from "../ui/States.tsx";
import { proveByCode, proveByPasskey, proveByRecoveryCode, unlockByPasskey } from "./data.ts";
import styles from "./factors.module.css";
import { hasPasskeys } from "./passkeys.ts";

export interface Kinds {
  passkey: boolean;
  totp: boolean;
}

type Then = () => unknown;

interface Props {
  kinds: Kinds;
  onProved: Then;
  /** The passkey opened this device alone, as the server could not be asked; without it that is a failure. */
  onHere?: Then;
}

/** By which factors a person can show who they are: a passkey, six digits, or a recovery code. */
export function Proof({ kinds, onProved, onHere }: Props) {
  const isDigits = kinds.totp;
  const [byRecovery, setByRecovery] = useState(false);
  const withPasskey = useAction(async () => {
    if (!onHere) await proveByPasskey();
    else if ((await unlockByPasskey()) === "here") {
      await onHere();
      return;
    }
    await onProved();
  });
  const asksCode = isDigits || byRecovery;
  return (
    <div class={styles.stack}>
      {kinds.passkey && hasPasskeys() && (
        <Button
          kind="primary"
          icon="key"
          isBusy={withPasskey.isRunning}
          onClick={() => void withPasskey.run()}
        >
          {t("factors.use-passkey")}
        </Button>
      )}
      {withPasskey.problem && <Failure words={wordsOf(withPasskey.problem)} />}
      {asksCode && <Code key={String(byRecovery)} isRecovery={byRecovery} onProved={onProved} />}
      <Button kind="quiet" onClick={() => setByRecovery(!byRecovery)}>
        {byRecovery ? t("factors.other-way") : t("factors.use-recovery")}
      </Button>
    </div>
  );
}

const DIGITS = {
  inputMode: "numeric",
  autocomplete: "one-time-code",
  pattern: "[0-9]{3}[ \\-]?[0-9]{3}",
} as const;
const RECOVERY = { autocomplete: "off", minLength: 16, maxLength: 40, spellcheck: false } as const;

function Code({ isRecovery, onProved }: { isRecovery: boolean; onProved: Then }) {
  const [typed, setTyped] = useState("");
  const proving = useAction(async () => {
    if (isRecovery) await proveByRecoveryCode(typed.trim());
    else await proveByCode(typed.replace(/[\s-]/g, ""));
    await onProved();
  });
  return (
    <form
      class={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        void proving.run();
      }}
    >
      <Field
        label={isRecovery ? t("factors.recovery-code") : t("factors.digits")}
        error={proving.problem && wordsOf(proving.problem)}
      >
        <input
          dir="ltr"
          required
          {...(isRecovery ? RECOVERY : DIGITS)}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </Field>
      <Button type="submit" kind="primary" isBusy={proving.isRunning}>
        {t("factors.continue")}
      </Button>
    </form>
  );
}
