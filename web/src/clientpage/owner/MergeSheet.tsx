import { useState } from "preact/hooks";
import { ClientPicker } from "../../clients/ClientPicker.tsx";
import type { Client } from "../../clients/form.ts";
import { fullName, type Person } from "../../clients/rules.ts";
import { t } from "../../core/i18n.ts";
import { say } from "../../core/toasts.ts";
import { mergeClients } from "../../moves/data.ts";
import { WhyForm } from "../../moves/WhyForm.tsx";
import { Button } from "../../ui/Button.tsx";
import { Sheet } from "../../ui/Sheet.tsx";
import { Notice } from "../../ui/States.tsx";

/** Two records of one person: the one on the page stays. */
export default function MergeSheet({ client, onClose }: { client: Client; onClose: () => void }) {
  const [second, choose] = useState<Person | null>(null);
  const merge = async (duplicate: Person, reason: string): Promise<void> => {
    await mergeClients(client, duplicate.id, reason);
    onClose();
    say(t("moves.merged"));
  };
  return (
    <Sheet title={t("moves.merge-title")} onClose={onClose}>
      {second ? (
        <WhyForm
          label={t("moves.merge")}
          isDanger
          work={(reason) => merge(second, reason)}
          cancel={<Button onClick={() => choose(null)}>{t("moves.another")}</Button>}
        >
          <Notice tone="warn">{t("moves.merge-sure", { name: fullName(second) })}</Notice>
        </WhyForm>
      ) : (
        <>
          <p>{t("moves.merge-ask")}</p>
          <ClientPicker recent={[]} onPick={(person) => person.id !== client.id && choose(person)} />
        </>
      )}
    </Sheet>
  );
}
