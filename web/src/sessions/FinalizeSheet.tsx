import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { type Problem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { wantInstall } from "../core/install.ts";
import { say } from "../core/toasts.ts";
import { Button } from "../ui/Button.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Notice } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";
import { textsOf } from "../vault/texts.ts";
import { changed, finalize, type Note } from "./data.ts";
import { NoteText } from "./NoteText.tsx";
import styles from "./Sheets.module.css";

interface Props {
  note: OpenNote;
  /** The note as the server holds it: what is read here is what becomes final. */
  saved: Note;
  onClose: () => void;
}

/** The whole text once more, then it is final. */
export function FinalizeSheet({ note, saved, onClose }: Props) {
  const [shown, show] = useState(saved);
  const finalizing = useAction(async () => {
    await finalize(shown);
    await note.wish(false);
    await note.refresh();
    return true;
  });
  const run = async (): Promise<void> => {
    if (!(await finalizing.run())) return;
    onClose();
    say(t("sessions.finalized"));
    wantInstall();
    await changed("none");
  };
  const again = async (): Promise<void> => {
    await note.refresh();
    const now = note.server.peek();
    if (now) show(now);
    finalizing.reset();
  };
  return (
    <Sheet title={t("sessions.finalize-title")} onClose={onClose}>
      <div class={styles.stack}>
        <p>{t("sessions.finalize-ask")}</p>
        <NoteText texts={textsOf(shown)} />
        <Refusal problem={finalizing.problem} again={() => void again()} />
        <div class={styles.ways}>
          <Button kind="primary" icon="lock" isBusy={finalizing.isRunning} onClick={() => void run()}>
            {t("sessions.finalize-now")}
          </Button>
          <Button onClick={onClose}>{t("sessions.write-on")}</Button>
        </div>
      </div>
    </Sheet>
  );
}

/** Another text than the one read here is not made final unread. */
function Refusal({ problem, again }: { problem: Problem | null; again: () => void }) {
  if (!problem) return null;
  const action = problem.status === 412 && <Button onClick={again}>{t("sessions.read-again")}</Button>;
  return (
    <Notice tone="danger" action={action}>
      {problem.status === 412 ? t("sessions.changed-meanwhile") : wordsOf(problem)}
    </Notice>
  );
}
