import { kinds, me, readMe } from "../accounts/data.ts";
import { signOut } from "../accounts/leaving.ts";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Proof } from "../factors/Proof.tsx";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { Failure } from "../ui/States.tsx";
import styles from "./Door.module.css";
import { Door } from "./Door.tsx";

/** Signed in, but a second factor is due: prove it, or set one up first. */
export default function Due() {
  const isEnrolled = me.value?.second_factor.is_enrolled !== false;
  return (
    <Door title={t("welcome.prove")}>
      {isEnrolled ? <Proof kinds={kinds()} onProved={readMe} /> : <Enrol />}
      <SignOut />
    </Door>
  );
}

function Enrol() {
  return (
    <div class={styles.stack}>
      <p>{t("welcome.factor-required")}</p>
      <ButtonLink kind="primary" icon="key" href="/second-factor">
        {t("welcome.set-up-factor")}
      </ButtonLink>
    </div>
  );
}

/** Somebody else wants in: whoever was here goes. */
export function SignOut() {
  const leaving = useAction(signOut);
  return (
    <div class={styles.ways}>
      {leaving.problem && <Failure words={wordsOf(leaving.problem)} />}
      <Button kind="quiet" icon="sign-out" isBusy={leaving.isRunning} onClick={() => void leaving.run()}>
        {t("accounts.sign-out")}
      </Button>
    </div>
  );
}
