import { useState } from "preact/hooks";
import { wordsOf } from "../../api/problems.ts";
import { dayOf } from "../../core/format.ts";
import { t } from "../../core/i18n.ts";
import { type Note, useLastNote } from "../../sessions/data.ts";
import { Chip } from "../../ui/Chip.tsx";
import { Failure, Skeleton } from "../../ui/States.tsx";
import { Unfold } from "../Unfold.tsx";
import styles from "./LastNote.module.css";

interface Props {
  clientId: string;
  before: string;
}

/** The last note's assessment and plan. It is read, and so recorded as read, only when it is opened. */
export default function LastNote(asked: Props) {
  const [isOpen, open] = useState(false);
  return (
    <Unfold title={t("today.last-note")} onToggle={open}>
      {isOpen && <Opened {...asked} />}
    </Unfold>
  );
}

function Opened({ clientId, before }: Props) {
  const { data, problem, again } = useLastNote(clientId, before);
  if (data) return <Text note={data} />;
  if (data === null) return <p class={styles.date}>{t("today.no-note")}</p>;
  return problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={1} />;
}

function Text({ note }: { note: Note }) {
  return (
    <div class={styles.note}>
      <p class={styles.date}>
        {dayOf(note.session_date)} {note.status === "draft" && <Chip tone="warn">{t("today.draft")}</Chip>}
      </p>
      <dl>
        <dt>{t("today.assessment")}</dt>
        <dd>{note.assessment || "–"}</dd>
        <dt>{t("today.plan")}</dt>
        <dd>{note.plan || "–"}</dd>
      </dl>
    </div>
  );
}
