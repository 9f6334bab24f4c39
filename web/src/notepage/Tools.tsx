import { useEffect, useState } from "preact/hooks";
import { me, role } from "../accounts/data.ts";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { say } from "../core/toasts.ts";
import { saveNote } from "../papers/data.ts";
import type { Note } from "../sessions/data.ts";
import { History } from "../sessions/History.tsx";
import { RemoveSheet } from "../sessions/RemoveSheet.tsx";
import { IconButton } from "../ui/Button.tsx";
import { later } from "../ui/later.tsx";
import type { OpenNote } from "../vault/note.ts";
import styles from "./NotePage.module.css";
import { standing } from "./rules.ts";

interface Props {
  note: OpenNote;
  names: ReadonlyMap<string, string>;
  onRemoved: () => void;
  onMoved: (appointmentId: string) => void;
}

const MoveSheet = later(() => import("./MoveSheet.tsx"));

/** Where a note belongs, its author says, or an owner. */
const maySay = ({ saved_by, finalized_by }: Note): boolean =>
  role.value === "owner" || [saved_by, finalized_by].includes(me.value?.user.id ?? "");

/** A final note is a document of the server's, with all that was added. What is being typed is printed as it stands. */
function Print({ sessionId }: { sessionId: string | null }) {
  const saving = useAction(saveNote);
  const run = (): void => (sessionId ? void saving.run(sessionId) : print());
  useEffect(() => {
    if (saving.problem) say(wordsOf(saving.problem));
  }, [saving.problem]);
  return <IconButton icon="print" label={t("notepage.print")} isBusy={saving.isRunning} onClick={run} />;
}

/** What is done with a note as a whole, and seldom. */
export function Tools({ note, names, onRemoved, onMoved }: Props) {
  const [shown, show] = useState<"history" | "remove" | "move" | null>(null);
  const server = note.server.value;
  const isDraft = standing(server, note.state.value) === "draft";
  const close = (): void => show(null);
  if (!server) return null;
  return (
    <>
      <span class={styles.tools}>
        <IconButton icon="history" label={t("sessions.history")} onClick={() => show("history")} />
        <Print sessionId={isDraft || !isOnline.value ? null : server.id} />
        {isOnline.value && maySay(server) && (
          <IconButton icon="move" label={t("moves.note-title")} onClick={() => show("move")} />
        )}
        {isDraft && <IconButton icon="trash" label={t("sessions.remove")} onClick={() => show("remove")} />}
      </span>
      {shown === "history" && (
        <History {...{ note, names }} saved={server} mayRestore={isDraft} onClose={close} />
      )}
      {shown === "move" && <MoveSheet {...{ note, onMoved }} saved={server} onClose={close} />}
      {shown === "remove" && <RemoveSheet saved={server} onRemoved={onRemoved} onClose={close} />}
    </>
  );
}
