import { kinds, me, readMe } from "../accounts/data.ts";
import { SignOut } from "../accounts/SignOut.tsx";
import { t } from "../core/i18n.ts";
import { Proof } from "../factors/Proof.tsx";
import { ButtonLink } from "../ui/Button.tsx";
import styles from "./Door.module.css";
import { Door } from "./Door.tsx";

/** Signed in, but a second factor is due: prove it, or set one up first. */
export default function Due() {
  const isEnrolled = me.value?.second_factor.is_enrolled !== false;
  return (
    <Door title={t("welcome.prove")}>
      {isEnrolled ? <Proof kinds={kinds()} onProved={readMe} /> : <Enrol />}
      <div class={styles.ways}>
        <SignOut kind="quiet" />
      </div>
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
