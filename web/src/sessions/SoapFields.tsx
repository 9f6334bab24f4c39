import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { OpenNote } from "../vault/note.ts";
import { FIELDS, type Field, saysNothing } from "../vault/texts.ts";
import type { Pen } from "./pen.ts";
import styles from "./Soap.module.css";
import { SoapField } from "./SoapField.tsx";

export interface SoapProps {
  note: OpenNote;
  pen: Pen;
  isReadOnly: boolean;
  /** Fields that the server refused. */
  refused?: ReadonlySet<Field>;
  /** Instead of the usual hints, from a template. */
  hints?: Partial<Record<Field, string>>;
  /** What can be done beside a field's name. */
  tools?: (field: Field) => ComponentChildren;
  /** Called after each key, outside of an input method's composition. */
  onTyped?: (field: Field, area: HTMLTextAreaElement) => void;
}

/** The four texts of a note. An empty note is written at once. */
export function SoapFields(props: SoapProps) {
  const { note, pen, isReadOnly } = props;
  useEffect(() => {
    if (!isReadOnly && saysNothing(note.texts.peek())) pen.focus("subjective");
  }, [note, isReadOnly]);
  return (
    <div class={styles.fields}>
      {FIELDS.map((field) => (
        <SoapField key={field} field={field} {...props} />
      ))}
    </div>
  );
}
