import { useEffect } from "preact/hooks";
import { kinds, me } from "../accounts/data.ts";
import { hear } from "../accounts/tabs.ts";
import { t } from "../core/i18n.ts";
import { Proof } from "../factors/Proof.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { ByMail } from "./ByMail.tsx";
import styles from "./Door.module.css";
import { waiting } from "./proving.ts";

const end = (did: boolean): void => waiting.peek()?.(did);

/** Something needs a fresh proof of who is here; it goes on by itself afterwards. */
export default function ProofSheet() {
  const who = me.peek()?.user.id;
  const isSame = (): boolean => me.peek()?.user.id === who;
  useEffect(() => {
    const deafen = hear((said) => said.kind === "opened" && end(said.user === who));
    return () => {
      deafen();
      end(false);
    };
  }, []);
  return (
    <Sheet title={t("welcome.prove")} onClose={() => end(false)}>
      <div class={styles.stack}>
        <p>{t("welcome.prove-why")}</p>
        {me.value?.second_factor.is_enrolled ? (
          <Proof kinds={kinds()} onProved={() => end(isSame())} />
        ) : (
          <ByMail onIn={() => end(isSame())} />
        )}
      </div>
    </Sheet>
  );
}
