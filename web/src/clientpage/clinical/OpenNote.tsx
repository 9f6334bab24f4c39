import { useMemo, useState } from "preact/hooks";
import { Amendments } from "../../amendments/Amendments.tsx";
import { wordsOf } from "../../api/problems.ts";
import { useTherapists } from "../../appointments/data.ts";
import { dayOf } from "../../core/format.ts";
import { t } from "../../core/i18n.ts";
import { type Note, useNote } from "../../sessions/data.ts";
import { NoteText } from "../../sessions/NoteText.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { Failure, Skeleton } from "../../ui/States.tsx";
import { textsOf } from "../../vault/texts.ts";
import styles from "./clinical.module.css";

/** One note, read when it is drawn; a draft is written on in its own screen. */
export function OpenNote({ id }: { id: string }) {
  const { data, problem, again } = useNote(id);
  if (!data) return problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={3} />;
  return (
    <div class={styles.note}>
      <p class={styles.facts}>
        {data.finalized_at ? (
          <Chip icon="lock">{t("clientpage.finalized-on", { day: dayOf(data.finalized_at) })}</Chip>
        ) : (
          <Chip tone="warn">{t("clientpage.draft")}</Chip>
        )}
        {data.attachment_count > 0 && <Chip>{t("clientpage.files", { count: data.attachment_count })}</Chip>}
      </p>
      <NoteText texts={textsOf(data)} />
      {data.amendment_count > 0 && <Added note={data} />}
      {data.status !== "archived" && (
        <ButtonLink
          icon={data.status === "draft" ? "edit" : "note"}
          href={`/app/notes/${data.appointment_id}`}
        >
          {t(data.status === "draft" ? "clientpage.write-on" : "clientpage.to-note")}
        </ButtonLink>
      )}
    </div>
  );
}

/** What was added after the note was final; read when it is asked for. */
function Added({ note: { id, amendment_count } }: { note: Note }) {
  const [isAsked, ask] = useState(false);
  const therapists = useTherapists();
  const names = useMemo(() => new Map(therapists.map((one) => [one.id, one.full_name])), [therapists]);
  if (!isAsked) {
    return (
      <Button onClick={() => ask(true)}>{t("clientpage.amendments", { count: amendment_count })}</Button>
    );
  }
  return (
    <Amendments
      sessionId={id}
      names={names}
      textOf={(amendment) => <NoteText texts={textsOf(amendment)} />}
    />
  );
}
