import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useAction } from "../api/action.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { later } from "../ui/later.tsx";
import { Notice } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";

const FilingSheet = later(() => import("./FilingSheet.tsx"));

/** A note on the device only: it asks whose it is, and is sent after that. */
export function Filing({ note }: { note: OpenNote }) {
  const [isOpen, open] = useState(false);
  const { route } = useLocation();
  const filing = useAction(async (appointmentId: string) => {
    await note.file(appointmentId);
    return appointmentId;
  });
  const file = async (appointmentId: string): Promise<void> => {
    const filed = await filing.run(appointmentId);
    if (filed) route(`/app/notes/${filed}`, true);
  };
  const choose = (
    <Button kind="primary" onClick={() => open(true)}>
      {t("notepage.choose")}
    </Button>
  );
  return (
    <>
      <Notice tone="warn" action={choose}>
        {t("notepage.unfiled-ask")}
      </Notice>
      {isOpen && <FilingSheet file={file} problem={filing.problem} onClose={() => open(false)} />}
    </>
  );
}
