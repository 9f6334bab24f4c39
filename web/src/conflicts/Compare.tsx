import { t } from "../core/i18n.ts";
import styles from "./conflicts.module.css";
import { Marked } from "./Marked.tsx";
import type { Field, Texts } from "./rules.ts";
import { fieldWords } from "./words.ts";

export interface Side {
  title: string;
  /** Who wrote it, and when. */
  by: string;
  texts: Texts;
}

interface Props {
  fields: readonly Field[];
  mine: Side;
  /** Null where there is no note: the device's text stands alone. */
  theirs: Side | null;
}

/** The two texts side by side, one under the other on a phone; the words that only one has are marked. */
export function Compare({ fields, mine, theirs }: Props) {
  return (
    <div class={styles.compare}>
      {fields.map((field) => (
        <section key={field}>
          <h2>{fieldWords(field)}</h2>
          <div class={styles.pair} data-alone={theirs === null || undefined}>
            <Cell side={mine} field={field} other={theirs} which="after" />
            {theirs && <Cell side={theirs} field={field} other={mine} which="before" />}
          </div>
        </section>
      ))}
    </div>
  );
}

interface CellProps {
  side: Side;
  field: Field;
  other: Side | null;
  which: "before" | "after";
}

function Cell({ side, field, other, which }: CellProps) {
  const text = side.texts[field];
  return (
    <div class={styles.cell} data-which={which}>
      <p class={styles.whose}>
        <b>{side.title}</b> {side.by}
      </p>
      {text ? (
        <Marked text={text} other={other ? other.texts[field] : text} is={which} />
      ) : (
        <p class={styles.nothing}>{t("conflicts.empty-text")}</p>
      )}
    </div>
  );
}
