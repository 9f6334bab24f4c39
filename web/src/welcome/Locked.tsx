import { useEffect } from "preact/hooks";
import { kinds, me, readMe } from "../accounts/data.ts";
import { openedHere, ways } from "../accounts/here.ts";
import { initials } from "../accounts/rules.ts";
import { SignOut } from "../accounts/SignOut.tsx";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Proof } from "../factors/Proof.tsx";
import { waysHere } from "../vault/alone.ts";
import { ByMail } from "./ByMail.tsx";
import styles from "./Door.module.css";
import { Door } from "./Door.tsx";
import { OfflineDoor } from "./OfflineDoor.tsx";
import { Unsent } from "./Unsent.tsx";

/** Locked: whose practice it is and who may unlock it; nothing of a client is on the page. */
export default function Locked() {
  const found = me.value;
  useEffect(() => {
    void waysHere().then((all) => {
      ways.value = all;
    });
  }, []);
  return (
    <Door title={t("welcome.locked")} opensHere={opensHere()}>
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
      <Unsent />
      <Way />
      {found && (
        <div class={styles.ways}>
          <SignOut kind="quiet" />
        </div>
      )}
    </Door>
  );
}

const opensHere = (): boolean => !isOnline.value && (!!ways.value?.prf || !!ways.value?.passphrase);

function Way() {
  if (opensHere() && ways.value) return <OfflineDoor ways={ways.value} />;
  if (me.value?.second_factor.is_enrolled === false) return <ByMail />;
  return <Proof kinds={kinds()} onProved={readMe} onHere={openedHere} />;
}
