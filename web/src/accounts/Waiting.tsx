import { useEffect, useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Failure } from "../ui/States.tsx";
import styles from "./accounts.module.css";
import type { LinkSent } from "./data.ts";
import { PasteLink } from "./PasteLink.tsx";
import { inGroups } from "./rules.ts";

const AGAIN_AFTER = 60;

interface Props {
  sent: LinkSent;
  /** Ask for the same mail once more. */
  again: () => Promise<LinkSent>;
  onIn?: () => void;
}

/** What to do until the mail is there: open the link, here or elsewhere, paste it, or have it sent again. */
export function Waiting({ sent: first, again, onIn }: Props) {
  const [sent, setSent] = useState(first);
  const left = useSecondsSince(sent);
  const sending = useAction(async () => setSent(await again()));
  return (
    <div class={styles.stack}>
      <p>{t("accounts.open-link")}</p>
      <p>{t("accounts.elsewhere")}</p>
      <p class={styles.code} dir="ltr">
        {inGroups(sent.code)}
      </p>
      <details class={styles.details}>
        <summary>{t("accounts.paste-instead")}</summary>
        <PasteLink {...(onIn && { onIn })} />
      </details>
      {sending.problem && <Failure words={wordsOf(sending.problem)} />}
      {left > 0 ? (
        <p class={styles.muted}>{t("accounts.again-in", { seconds: left })}</p>
      ) : (
        <Button isBusy={sending.isRunning} onClick={() => void sending.run()}>
          {t("accounts.send-again")}
        </Button>
      )}
    </div>
  );
}

/** Seconds until the mail may be asked for again. */
function useSecondsSince(sent: LinkSent): number {
  const [left, setLeft] = useState(AGAIN_AFTER);
  useEffect(() => {
    const from = Date.now();
    const count = (): void => setLeft(Math.max(0, AGAIN_AFTER - Math.floor((Date.now() - from) / 1000)));
    count();
    const timer = setInterval(count, 1000);
    return () => clearInterval(timer);
  }, [sent]);
  return left;
}
