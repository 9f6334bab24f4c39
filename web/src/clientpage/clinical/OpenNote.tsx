import { useState } from "preact/hooks";
import { wordsOf } from "../../api/problems.ts";
import { dayOf, time } from "../../core/format.ts";
import type { PlainKey } from "../../core/i18n.ts";
import { t } from "../../core/i18n.ts";
import { Button } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { Failure, Skeleton } from "../../ui/States.tsx";
import styles from "./clinical.module.css";
import { type Note, useAmendments, useNote } from "./data.ts";

const PARTS = [
  ["subjective", "clientpage.subjective"],
  ["objective", "clientpage.objective"],
  ["assessment", "clientpage.assessment"],
  ["plan", "clientpage.plan"],
] as const satisfies readonly (readonly [keyof Note, PlainKey])[];

/** One note, read when it is drawn. */
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
      <dl class={styles.texts}>
        {PARTS.map(([part, label]) => data[part] && <Part key={part} label={t(label)} text={data[part]} />)}
      </dl>
      {data.amendment_count > 0 && <Amendments id={id} count={data.amendment_count} />}
    </div>
  );
}

function Part({ label, text }: { label: string; text: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd dir="auto">{text}</dd>
    </>
  );
}

/** What was added after the note was final; read when it is asked for. */
function Amendments({ id, count }: { id: string; count: number }) {
  const [isAsked, ask] = useState(false);
  const { data, problem, again } = useAmendments(id, isAsked);
  if (!isAsked) return <Button onClick={() => ask(true)}>{t("clientpage.amendments", { count })}</Button>;
  if (!data) return problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={1} />;
  return (
    <>
      {data.items.map((amendment) => (
        <dl key={amendment.id} class={styles.texts}>
          <dt>
            {t("clientpage.amended-on", {
              day: dayOf(amendment.created_at),
              time: time(amendment.created_at),
            })}
          </dt>
          <dd dir="auto">{amendment.reason}</dd>
          {PARTS.map(
            ([part, label]) => amendment[part] && <Part key={part} label={t(label)} text={amendment[part]} />,
          )}
        </dl>
      ))}
    </>
  );
}
