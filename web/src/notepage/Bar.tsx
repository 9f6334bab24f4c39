import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { Problem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import type { Note } from "../sessions/data.ts";
import { FinalizeSheet } from "../sessions/FinalizeSheet.tsx";
import { SaveLine } from "../sessions/SaveLine.tsx";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";
import { saysNothing } from "../vault/texts.ts";
import { waiting } from "../vault/waiting.ts";
import styles from "./NotePage.module.css";
import { standing } from "./rules.ts";

/** Where the words are, always in view, and the way to the note's end. */
export function Bar({ note }: { note: OpenNote }) {
  const [saved, show] = useState<Note | null>(null);
  const state = standing(note.server.value, note.state.value);
  const finalizing = useAction(() => toFinalize(note));
  const ask = async (): Promise<void> => show((await finalizing.run()) ?? null);
  return (
    <>
      <div class={styles.bar}>
        {state === "final" ? (
          <span class={styles.final}>{t("notepage.read-only")}</span>
        ) : (
          <SaveLine note={note} />
        )}
        {state === "draft" && note.appointmentId.value !== null && (
          <Button icon="lock" isBusy={finalizing.isRunning} onClick={() => void ask()}>
            {t("sessions.finalize")}
          </Button>
        )}
      </div>
      {finalizing.problem && (
        <Notice tone="danger">
          {finalizing.problem.slug === "unsaved" ? t("notepage.unsaved") : wordsOf(finalizing.problem)}
        </Notice>
      )}
      <Wished note={note} />
      {saved && <FinalizeSheet note={note} saved={saved} onClose={() => show(null)} />}
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
