import { useState } from "preact/hooks";
import { askLink, type LinkSent, me } from "../accounts/data.ts";
import { Waiting } from "../accounts/Waiting.tsx";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Failure } from "../ui/States.tsx";
import styles from "./Door.module.css";

/** A fresh link to one's own mailbox: for who has no second factor to show. The address is not shown. */
export function ByMail({ onIn }: { onIn?: () => void }) {
  const [sent, setSent] = useState<LinkSent | null>(null);
  const again = (): Promise<LinkSent> => askLink(me.peek()?.user.email ?? "");
  const asking = useAction(async () => setSent(await again()));
  if (sent) return <Waiting sent={sent} again={again} {...(onIn && { onIn })} />;
  return (
    <div class={styles.stack}>
      <p>{t("welcome.by-mail")}</p>
      {asking.problem && <Failure words={wordsOf(asking.problem)} />}
      <Button kind="primary" icon="mail" isBusy={asking.isRunning} onClick={() => void asking.run()}>
        {t("welcome.send-link")}
      </Button>
    </div>
  );
}
