import { useAction } from "../../api/action.ts";
import { wordsOf } from "../../api/problems.ts";
import type { Client } from "../../clients/form.ts";
import { t } from "../../core/i18n.ts";
import { say } from "../../core/toasts.ts";
import { Button } from "../../ui/Button.tsx";
import { Failure } from "../../ui/States.tsx";
import { keepRecord } from "./erasing.ts";

/** Until its day, an owner may let the record stay. */
export default function KeepRecord({ client }: { client: Client }) {
  const keeping = useAction(() => keepRecord(client));
  const keep = async (): Promise<void> => {
    if (await keeping.run()) say(t("clientpage.erase-kept"));
  };
  return (
    <>
      <Button isBusy={keeping.isRunning} onClick={() => void keep()}>
        {t("clientpage.erase-back")}
      </Button>
      {keeping.problem && <Failure words={wordsOf(keeping.problem)} />}
    </>
  );
}
