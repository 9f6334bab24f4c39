import type { ComponentChildren } from "preact";
import { wordsOf } from "../api/problems.ts";
import { dayOf, time } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { Failure, Skeleton } from "../ui/States.tsx";
import styles from "./amendments.module.css";
import { type Amendment, useAmendments } from "./data.ts";

interface Props {
  sessionId: string;
  /** Names of those who write here, by id. */
  names: ReadonlyMap<string, string>;
  /** How the four texts are shown. */
  textOf: (amendment: Amendment) => ComponentChildren;
}

/** What was added to a final note, dated; the note itself stays as it was. */
export function Amendments({ sessionId, names, textOf }: Props) {
  const { data, problem, again } = useAmendments(sessionId);
  if (!data) return problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={2} />;
  return (
    <ol class={styles.list}>
      {data.items.map((amendment) => (
        <li key={amendment.id} class={styles.amendment}>
          <h3>
            {t("amendments.added-on", { day: dayOf(amendment.created_at), time: time(amendment.created_at) })}
            {names.has(amendment.author_id) && (
              <>
                {" · "}
                <bdi>{names.get(amendment.author_id)}</bdi>
              </>
            )}
          </h3>
          <p class={styles.reason}>{amendment.reason}</p>
          {textOf(amendment)}
        </li>
      ))}
    </ol>
  );
}
