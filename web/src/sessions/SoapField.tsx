import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { type Field, storable } from "../vault/texts.ts";
import styles from "./Soap.module.css";
import type { SoapProps } from "./SoapFields.tsx";
import { changed, leftOf, lines } from "./text.ts";
import { HINT, NAME } from "./words.ts";

/** One text. The field itself holds what is typed; a key costs the same however long the text is. */
export function SoapField({ field, ...props }: SoapProps & { field: Field }) {
  const { pen, isReadOnly, refused, hints, tools } = props;
  const id = useId();
  const left = useSignal<number | null>(null);
  const area = useArea(field, props, left);
  const isLong = left.value !== null && left.value < 0;
  const isRefused = isLong || refused?.has(field);
  return (
    <section class={styles.field}>
      <header class={styles.label}>
        <label for={id}>{t(NAME[field])}</label>
        {tools?.(field)}
      </header>
      <textarea
        autocomplete="off"
        {...area}
        id={id}
        rows={4}
        spellcheck
        readOnly={isReadOnly}
        placeholder={hints?.[field] ?? t(HINT[field])}
        aria-invalid={isRefused ? "true" : undefined}
        aria-describedby={left.value === null ? undefined : `${id}-left`}
        onFocus={() => {
          pen.at.value = field;
        }}
      />
      {left.value !== null && (
        <p class={styles.left} id={`${id}-left`} data-long={isLong || undefined}>
          {isLong
            ? t("sessions.too-long", { count: -left.value })
            : t("sessions.left", { count: left.value })}
        </p>
      )}
    </section>
  );
}

const COUNTS = 200; // milliseconds after the last key

/** What ties a text area to its text in the note, both ways. */
function useArea(field: Field, { note, pen, onTyped }: SoapProps, left: Signal<number | null>) {
  const ref = useRef<HTMLTextAreaElement>(null);
  const shown = useRef("");
  const timer = useRef(0);
  const isComposing = useRef(false);
  const count = (wait: number): void => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      left.value = leftOf(shown.current);
    }, wait);
  };
  const show = (text: string): void => {
    if (text === shown.current || !ref.current || isComposing.current) return;
    shown.current = text;
    bring(ref.current, text);
    fitRows(ref.current);
    count(0);
  };
  useSignalEffect(() => show(note.texts.value[field]));
  useEffect(() => {
    pen.hold(field, ref.current);
    return () => {
      clearTimeout(timer.current);
      pen.hold(field, null);
    };
  }, [note]);
  const typed = (): void => {
    const element = ref.current;
    if (!element) return;
    shown.current = element.value;
    note.write(field, shown.current);
    if (left.peek() !== null || shown.current.length > SHORT) count(COUNTS);
    fitRows(element);
    if (!isComposing.current) onTyped?.(field, element);
  };
  return {
    ref,
    onInput: typed,
    onPaste: pasteClean,
    onCompositionStart: () => {
      isComposing.current = true;
    },
    onCompositionEnd: () => {
      isComposing.current = false;
      typed();
      show(note.texts.peek()[field]); // what came from the server meanwhile
    },
  };
}

const SHORT = 10_000;

/** Put a text into the field where it differs, so that the caret and what is selected stay where they are. */
function bring(area: HTMLTextAreaElement, text: string): void {
  const before = area.value;
  if (before === text) return;
  const { from, to, text: part } = changed(before, text);
  area.setRangeText(part, from, to, "preserve");
}

/** What the database would refuse is taken out of what is pasted. */
function pasteClean(event: ClipboardEvent): void {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const clean = storable(text);
  if (clean === text) return;
  event.preventDefault();
  document.execCommand("insertText", false, lines(clean));
}

const isFitted = globalThis.CSS?.supports?.("field-sizing", "content") ?? false;
const COLUMNS = 70;

/** Where a field does not fit its content by itself: about so many rows. */
function fitRows(area: HTMLTextAreaElement): void {
  if (isFitted) return;
  let rows = 2 + Math.floor(area.value.length / COLUMNS);
  for (let at = area.value.indexOf("\n"); at >= 0; at = area.value.indexOf("\n", at + 1)) rows += 1;
  area.rows = Math.max(4, rows);
}
