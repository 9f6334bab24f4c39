import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure, Notice } from "../ui/States.tsx";
import styles from "./Archiving.module.css";
import { archive, restore } from "./data.ts";
import type { Client } from "./form.ts";

/** Into the archive; where appointments are still to come, only if they are cancelled with it. */
export function Archive({ client }: { client: Client }) {
  const archiving = useAction(async (cancels: boolean) => archive(client, cancels));
  const { problem, isRunning, reset } = archiving;
  return (
    <>
      <Button
        kind="quiet"
        icon="archive"
        isBusy={isRunning && !problem}
        onClick={() => void archiving.run(false)}
      >
        {t("clients.archive")}
      </Button>
      {problem && (
        <Sheet title={t("clients.archive")} onClose={reset}>
          <div class={styles.stack}>
            {problem.slug === "has-appointments" ? (
              <ToCome count={Number(problem.members.total)} cancel={() => void archiving.run(true)} />
            ) : (
              <Failure words={wordsOf(problem)} />
            )}
            <Button onClick={reset}>{t("ui.cancel")}</Button>
          </div>
        </Sheet>
      )}
    </>
  );
}

function ToCome({ count, cancel }: { count: number; cancel: () => void }) {
  return (
    <>
      <Notice tone="warn">{t("clients.to-come", { count })}</Notice>
      <p>{t("clients.told-of-it")}</p>
      <Button kind="danger" onClick={cancel}>
        {t("clients.cancel-and-archive")}
      </Button>
    </>
  );
}

export function Restore({ client }: { client: Client }) {
  const restoring = useAction(async () => restore(client));
  return (
    <>
      <Button icon="undo" isBusy={restoring.isRunning} onClick={() => void restoring.run()}>
        {t("clients.restore")}
      </Button>
      {restoring.problem && <Failure words={wordsOf(restoring.problem)} />}
    </>
  );
}
