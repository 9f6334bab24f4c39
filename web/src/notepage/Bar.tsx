import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { Problem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import type { Note } from "../sessions/data.ts";
import { FinalizeSheet } from "../sessions/FinalizeSheet.tsx";
import { History } from "../sessions/History.tsx";
import { RemoveSheet } from "../sessions/RemoveSheet.tsx";
import { SaveLine } from "../sessions/SaveLine.tsx";
import { Button, IconButton } from "../ui/Button.tsx";
import { Notice } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";
import { saysNothing } from "../vault/texts.ts";
import { waiting } from "../vault/waiting.ts";
import styles from "./NotePage.module.css";
import { standing } from "./rules.ts";

interface Props {
  note: OpenNote;
  names: ReadonlyMap<string, string>;
  onRemoved: () => void;
}

type Shown = { sheet: "finalize" | "history" | "remove"; saved: Note } | null;

/** Where the words are, and what can be done with the note as a whole; it stays in view. */
export function Bar({ note, names, onRemoved }: Props) {
  const [shown, show] = useState<Shown>(null);
  const server = note.server.value;
  const state = standing(server, note.state.value);
  const finalizing = useAction(() => toFinalize(note));
  const finalize = async (): Promise<void> => {
    const saved = await finalizing.run();
    if (saved) show({ sheet: "finalize", saved });
  };
  const close = (): void => show(null);
  return (
    <>
      <div class={styles.bar}>
        {state === "final" ? (
          <span class={styles.final}>{t("notepage.read-only")}</span>
        ) : (
          <SaveLine note={note} />
        )}
        <span class={styles.tools}>
          {server && (
            <>
              <IconButton
                icon="undo"
                label={t("sessions.history")}
                onClick={() => show({ sheet: "history", saved: server })}
              />
              <IconButton icon="note" label={t("notepage.print")} onClick={() => print()} />
            </>
          )}
          {server && state === "draft" && (
            <IconButton
              icon="archive"
              label={t("sessions.remove")}
              onClick={() => show({ sheet: "remove", saved: server })}
            />
          )}
          {state === "draft" && note.appointmentId.value !== null && (
            <Button icon="lock" isBusy={finalizing.isRunning} onClick={() => void finalize()}>
              {t("sessions.finalize")}
            </Button>
          )}
        </span>
      </div>
      {finalizing.problem && (
        <Notice tone="danger">
          {finalizing.problem.slug === "unsaved" ? t("notepage.unsaved") : wordsOf(finalizing.problem)}
        </Notice>
      )}
      <Wished note={note} />
      {shown?.sheet === "finalize" && <FinalizeSheet note={note} saved={shown.saved} onClose={close} />}
      {shown?.sheet === "history" && (
        <History {...{ note, names }} saved={shown.saved} mayRestore={state === "draft"} onClose={close} />
      )}
      {shown?.sheet === "remove" && <RemoveSheet saved={shown.saved} onRemoved={onRemoved} onClose={close} />}
    </>
  );
}

/** The note as the server holds it once it holds every word; without a connection the wish is remembered. */
async function toFinalize(note: OpenNote): Promise<Note | null> {
  if (saysNothing(note.texts.peek())) throw new Problem(422, "session-empty");
  if (isOnline.peek()) await note.flush();
  if (!isOnline.peek()) {
    await note.wish(true);
    return null;
  }
  const saved = note.server.peek();
  if (note.state.peek().kind !== "saved" || !saved) throw new Problem(409, "unsaved");
  return saved;
}

/** That it is to be made final once there is a connection: by a person, never by itself. */
function Wished({ note }: { note: OpenNote }) {
  const isWished = waiting.value.some(
    (one) => one.clientSessionId === note.clientSessionId && one.wantsFinal,
  );
  if (!isWished) return null;
  const back = <Button onClick={() => void note.wish(false)}>{t("notepage.not-yet")}</Button>;
  return (
    <Notice tone="info" action={back}>
      {t("notepage.wished")}
    </Notice>
  );
}
