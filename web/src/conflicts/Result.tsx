import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import styles from "./conflicts.module.css";
import {
  combined,
  differing,
  FIELDS,
  type Field as Named,
  outcome,
  type Target,
  type Texts,
  type Typed,
  textsOf,
  tooLong,
  type View,
  type Way,
} from "./rules.ts";
import { fieldWords, resultWords } from "./words.ts";

interface Props {
  view: View;
  target: Target;
  way: Way;
  typed: Typed;
  type: (next: Typed) => void;
}

/** What is still asked for the way that was picked, and what would stand there then. */
export function Result(props: Props) {
  const { view, target, way, typed, type } = props;
  return (
    <section class={styles.result} aria-label={resultWords(way)}>
      {way === "amend" && (
        <Field label={t("conflicts.reason")} hint={t("conflicts.reason-hint")}>
          <input
            autocomplete="off"
            dir="auto"
            required
            maxLength={500}
            value={typed.reason}
            onInput={(event) => type({ ...typed, reason: event.currentTarget.value })}
          />
        </Field>
      )}
      {way === "both" &&
        differing(view, target).map((field) => <Editor key={field} {...props} field={field} />)}
      <h2>{resultWords(way)}</h2>
      <Preview texts={outcome(view, target, way, typed)} />
    </section>
  );
}

function Editor({ view, target, typed, type, field }: Props & { field: Named }) {
  const put = (text: string): void => type({ ...typed, texts: { ...typed.texts, [field]: text } });
  const fills = [
    ["conflicts.fill-both", combined(view, target)[field] ?? ""],
    ["conflicts.fill-mine", textsOf(view)[field]],
    ["conflicts.fill-theirs", target.texts[field]],
  ] as const;
  const error = tooLong({ [field]: typed.texts[field] ?? "" }).length > 0 ? t("conflicts.too-long") : null;
  return (
    <Field
      label={fieldWords(field)}
      error={error}
      after={
        <div class={styles.fills}>
          {fills.map(([key, text]) => (
            <Button key={key} kind="quiet" onClick={() => put(text)}>
              {t(key)}
            </Button>
          ))}
        </div>
      }
    >
      <textarea
        autocomplete="off"
        class={styles.editor}
        rows={6}
        value={typed.texts[field] ?? ""}
        onInput={(event) => put(event.currentTarget.value)}
      />
    </Field>
  );
}

/** A whole text, field by field; what is empty is left out. */
export function Preview({ texts }: { texts: Partial<Texts> }) {
  const said = FIELDS.filter((field) => texts[field]?.trim());
  if (said.length === 0) return null;
  return (
    <dl class={styles.preview}>
      {said.map((field) => (
        <div key={field}>
          <dt>{fieldWords(field)}</dt>
          <dd>{texts[field]}</dd>
        </div>
      ))}
    </dl>
  );
}
