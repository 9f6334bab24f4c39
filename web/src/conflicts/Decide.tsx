import { useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Button } from "../ui/Button.tsx";
import { Choice } from "../ui/Choice.tsx";
import { Failure, Notice } from "../ui/States.tsx";
import { Choose } from "./Choose.tsx";
import styles from "./conflicts.module.css";
import { type Making, useMaking } from "./making.ts";
import { Result } from "./Result.tsx";
import { type Chain, mayMove, type View, type Way } from "./rules.ts";
import { Sides } from "./Sides.tsx";
import { actWords, wayWords } from "./words.ts";

/** The two texts, what can be done with them, what would come of it, and doing it. */
export function Decide({ view, chain }: { view: View; chain: Chain }) {
  const making = useMaking(view, chain);
  const { target, way, notice, problem } = making;
  return (
    <>
      {notice && <Notice tone="warn">{notice}</Notice>}
      <Sides view={view} target={target} />
      {!isOnline.value && <Notice tone="warn">{t("conflicts.offline")}</Notice>}
      <Ways making={making} />
      <Elsewhere view={view} making={making} />
      {making.question}
      {way && <Result view={view} target={target} way={way} typed={making.typed} type={making.type} />}
      {problem && <Failure words={problem} />}
      {way && (
        <div class={styles.foot}>
          <Button
            kind="primary"
            isBusy={making.isRunning}
            disabled={!isOnline.value || !making.isReady}
            onClick={making.go}
          >
            {actWords(way)}
          </Button>
          <p class={styles.meta}>{t("conflicts.nothing-deleted")}</p>
        </div>
      )}
    </>
  );
}

function Ways({ making: { ways, way, pick } }: { making: Making }) {
  if (ways.length === 0) return <Notice tone="info">{t("conflicts.nothing-new-there")}</Notice>;
  const options = ways.map((value) => ({ value, label: wayWords(value) }));
  return (
    <Choice label={t("conflicts.what-to-do")} options={options} value={way ?? ("" as Way)} onChange={pick} />
  );
}

/** Text whose place is in doubt can go to another appointment. */
function Elsewhere({ view, making }: { view: View; making: Making }) {
  const [isOpen, open] = useState(false);
  if (!mayMove(view, making.target)) return null;
  return (
    <div class={styles.elsewhere}>
      <Button icon="move" onClick={() => open(true)} disabled={!isOnline.value}>
        {t(making.isChosen ? "conflicts.choose-another" : "conflicts.attach-to")}
      </Button>
      {making.isChosen && (
        <Button icon="undo" onClick={() => making.aim(null)}>
          {t("conflicts.back-to-own")}
        </Button>
      )}
      {isOpen && (
        <Choose
          clientId={view.client_id}
          onChosen={(next) => {
            open(false);
            making.aim(next);
          }}
          onClose={() => open(false)}
        />
      )}
    </div>
  );
}
