import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { LinkSent } from "../accounts/data.ts";
import { Waiting } from "../accounts/Waiting.tsx";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import styles from "./Door.module.css";
import { Door } from "./Door.tsx";
import { SignIn } from "./SignIn.tsx";
import { SignUp } from "./SignUp.tsx";

export interface Asked {
  email: string;
  sent: LinkSent;
  again: () => Promise<LinkSent>;
  /** A practice is opened, so the mail goes out in any case. */
  isNew?: boolean;
}

/** Nobody is signed in: the way in by mail, with a practice or without one. */
export default function Welcome() {
  const isNew = useLocation().path === "/app/sign-up";
  const [asked, setAsked] = useState<Asked | null>(null);
  if (asked) return <Sent asked={asked} onWrong={() => setAsked(null)} />;
  return isNew ? <SignUp onAsked={setAsked} /> : <SignIn onAsked={setAsked} />;
}

function Sent({ asked, onWrong }: { asked: Asked; onWrong: () => void }) {
  return (
    <Door title={t("welcome.sent")}>
      <div class={styles.stack}>
        <p>
          {t(asked.isNew ? "welcome.sent-new" : "welcome.sent-to")} <bdi dir="ltr">{asked.email}</bdi>
        </p>
        <Waiting sent={asked.sent} again={asked.again} />
        <div class={styles.ways}>
          <Button kind="quiet" onClick={onWrong}>
            {t("welcome.wrong-address")}
          </Button>
        </div>
      </div>
    </Door>
  );
}
