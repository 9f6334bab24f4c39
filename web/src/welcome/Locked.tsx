import { kinds, me, readMe } from "../accounts/data.ts";
import { initials } from "../accounts/rules.ts";
import { t } from "../core/i18n.ts";
import { Proof } from "../factors/Proof.tsx";
import { ByMail } from "./ByMail.tsx";
import styles from "./Door.module.css";
import { Door } from "./Door.tsx";
import { SignOut } from "./Due.tsx";

/** Locked: whose practice it is and who may unlock it; nothing of a client is on the page. */
export default function Locked() {
  const found = me.value;
  return (
    <Door title={t("welcome.locked")}>
      {found && (
        <div class={styles.who}>
          <span class={styles.initials} aria-hidden="true">
            {initials(found.user.full_name)}
          </span>
          <p>
            <bdi>{found.workspace.name}</bdi>
          </p>
        </div>
      )}
      {found?.second_factor.is_enrolled === false ? <ByMail /> : <Proof kinds={kinds()} onProved={readMe} />}
      <SignOut />
    </Door>
  );
}
