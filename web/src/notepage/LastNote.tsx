import { wordsOf } from "../api/problems.ts";
import { dayOf } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { useLastNote } from "../sessions/data.ts";
import { NoteText } from "../sessions/NoteText.tsx";
import { NAME } from "../sessions/words.ts";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Failure, Skeleton } from "../ui/States.tsx";
import { type Field, type Texts, textsOf } from "../vault/texts.ts";
import styles from "./NotePage.module.css";
import type { PanelProps } from "./panels.ts";

/** The note before this one, and a press to go on from what it says. */
export default function LastNote({ about, note, pen }: PanelProps) {
  const { data, problem, again } = useLastNote(about.client_id, about.scheduled_start);
  if (data === null) return <p>{t("notepage.no-last-note")}</p>;
  if (!data) return problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={3} />;
  const texts = textsOf(data);
  const copy = (field: Field): void => {
    const before = note.texts.peek()[field];
    pen?.append(field, texts[field]);
    const undo = (): void => note.write(field, before);
    say(t("notepage.copied", { field: t(NAME[field]) }), { action: { label: t("ui.undo"), run: undo } });
  };
  return (
    <div class={pen ? styles.last : undefined}>
      <p class={styles.when}>
        {dayOf(data.session_date)} {data.status === "draft" && <Chip tone="warn">{t("notepage.draft")}</Chip>}
      </p>
      <NoteText
        texts={texts}
        tools={pen ? (field) => <Copy field={field} texts={texts} copy={copy} /> : undefined}
      />
    </div>
  );
}

function Copy({ field, texts, copy }: { field: Field; texts: Texts; copy: (field: Field) => void }) {
  if (!texts[field]) return null;
  return (
    <Button kind="quiet" icon="plus" onClick={() => copy(field)}>
      {t("notepage.copy", { field: t(NAME[field]) })}
    </Button>
  );
}
