import type { ComponentChildren } from "preact";
import { t } from "../core/i18n.ts";
import { FIELDS, type Field, type Texts } from "../vault/texts.ts";
import styles from "./Soap.module.css";
import { NAME } from "./words.ts";

interface Props {
  texts: Texts;
  /** What can be done with one of them. */
  tools?: ((field: Field) => ComponentChildren) | undefined;
}

/** The texts of a note, or of what was added to one, to read; an empty field is left out. */
export function NoteText({ texts, tools }: Props) {
  return (
    <dl class={styles.texts}>
      {FIELDS.filter((field) => texts[field] !== "").map((field) => (
        <div key={field}>
          <dt>{t(NAME[field])}</dt>
          <dd>{texts[field]}</dd>
          {tools && <dd class={styles.text}>{tools(field)}</dd>}
        </div>
      ))}
    </dl>
  );
}
