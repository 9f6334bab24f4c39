import { useState } from "preact/hooks";
import { useAction } from "../../api/action.ts";
import { type Problem, wordsOf } from "../../api/problems.ts";
import type { Client } from "../../clients/form.ts";
import { fullName } from "../../clients/rules.ts";
import { longDay } from "../../core/format.ts";
import { t } from "../../core/i18n.ts";
import { Button } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { Sheet } from "../../ui/Sheet.tsx";
import { Failure, Notice } from "../../ui/States.tsx";
import styles from "../ClientPage.module.css";
import { eraseRecord } from "./erasing.ts";

/** Asks for the name once more; the day and the law's are said. */
export default function EraseSheet({ client, onClose }: { client: Client; onClose: () => void }) {
  const [typed, type] = useState("");
  const erasing = useAction(() => eraseRecord(client));
  const name = fullName(client);
  const isSure = typed.trim() === name.trim();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isSure && (await erasing.run())) onClose();
  };
  return (
    <Sheet title={t("clientpage.erase")} onClose={onClose}>
      <form class={styles.side} onSubmit={(event) => void submit(event)}>
        {client.archived_at === null ? (
          <Notice>{t("clientpage.erase-not-archived")}</Notice>
        ) : (
          <>
            <Notice tone="warn">{t("clientpage.erase-ask")}</Notice>
            <Field label={t("clientpage.erase-type", { name })}>
              <input
                autocomplete="off"
                dir="auto"
                value={typed}
                onInput={(event) => type(event.currentTarget.value)}
              />
            </Field>
            {erasing.problem && <Failure words={why(erasing.problem)} />}
            <div class={styles.actions}>
              <Button
                type="submit"
                kind="danger"
                isBusy={erasing.isRunning}
                aria-disabled={!isSure || undefined}
              >
                {t("clientpage.erase-now")}
              </Button>
              <Button onClick={onClose}>{t("ui.cancel")}</Button>
            </div>
          </>
        )}
      </form>
    </Sheet>
  );
}

function why(problem: Problem): string {
  const until = problem.members.until;
  return typeof until === "string"
    ? t("clientpage.erase-retained", { day: longDay(Temporal.PlainDate.from(until)) })
    : wordsOf(problem);
}
