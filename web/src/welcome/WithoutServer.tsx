import { useEffect, useState } from "preact/hooks";
import { kinds } from "../accounts/data.ts";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { setUpByPasskey } from "../factors/data.ts";
import { hasPasskeys } from "../factors/passkeys.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Failure } from "../ui/States.tsx";
import { alsoByPassphrase, waysOf } from "../vault/door.ts";
import styles from "./OwnDevice.module.css";

type Ways = { prf: boolean; passphrase: boolean };

/** How this device opens without a connection: by a passkey that can, by a passphrase only where none can. */
export function WithoutServer() {
  const [ways, setWays] = useState<Ways | null>(null);
  const [canNot, setCanNot] = useState(!hasPasskeys() || !kinds().passkey);
  const [asksAnother, askAnother] = useState(false);
  const look = async (): Promise<void> => setWays(await waysOf());
  const chosen = async (): Promise<void> => {
    await look();
    askAnother(false);
  };
  useEffect(() => void look(), []);
  if (!ways) return null;
  return (
    <section class={styles.stack}>
      <h3>{t("welcome.without-server")}</h3>
      {ways.prf && <p>{t("welcome.opens-by-passkey")}</p>}
      {!ways.prf && ways.passphrase && <p>{t("welcome.opens-by-passphrase")}</p>}
      {!ways.prf && !canNot && <ByPasskey onDone={look} onCanNot={() => setCanNot(true)} />}
      {!ways.prf && canNot && !asksAnother && ways.passphrase && (
        <Button kind="quiet" onClick={() => askAnother(true)}>
          {t("welcome.other-passphrase")}
        </Button>
      )}
      {!ways.prf && canNot && (asksAnother || !ways.passphrase) && (
        <ByPassphrase isSet={ways.passphrase} onDone={chosen} />
      )}
    </section>
  );
}

interface ByPasskeyProps {
  onDone: () => Promise<void>;
  /** This passkey has no secret to give. */
  onCanNot: () => void;
}

function ByPasskey({ onDone, onCanNot }: ByPasskeyProps) {
  const setting = useAction(async () => {
    if (await setUpByPasskey()) await onDone();
    else onCanNot();
  });
  return (
    <>
      <p>{t("welcome.passkey-why")}</p>
      {setting.problem && <Failure words={wordsOf(setting.problem)} />}
      <Button kind="primary" icon="key" isBusy={setting.isRunning} onClick={() => void setting.run()}>
        {t("factors.use-passkey")}
      </Button>
    </>
  );
}

function ByPassphrase({ isSet, onDone }: { isSet: boolean; onDone: () => Promise<void> }) {
  const [typed, setTyped] = useState("");
  const setting = useAction(async () => {
    await alsoByPassphrase(typed);
    setTyped("");
    await onDone();
  });
  return (
    <form
      class={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        void setting.run();
      }}
    >
      <Field
        label={t(isSet ? "welcome.other-passphrase" : "welcome.passphrase")}
        hint={t("welcome.passphrase-hint")}
        error={setting.problem && wordsOf(setting.problem)}
      >
        <input
          type="password"
          required
          minLength={12}
          autocomplete="new-password"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </Field>
      <Button type="submit" isBusy={setting.isRunning}>
        {t("ui.save")}
      </Button>
    </form>
  );
}
