import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { type Problem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Failure } from "../ui/States.tsx";
import { FIELDS, type Field as Part } from "../vault/texts.ts";
import styles from "./amendments.module.css";
import { amend } from "./data.ts";
import { useKept } from "./kept.ts";
import { amendmentOf, isTouched } from "./rules.ts";

interface Props {
  sessionId: string;
  nameOf: (field: Part) => string;
  onDone: () => void;
  onCancel: () => void;
}

/** Why first, then what. What was typed stays until the server has it, over a lock too. */
export function AmendForm({ sessionId, nameOf, onDone, onCancel }: Props) {
  const { draft, write, forget } = useKept(sessionId);
  const [key, newKey] = useState(() => crypto.randomUUID());
  const saving = useAction(() => amend(sessionId, amendmentOf(draft), key));
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!(await saving.run())) return;
    await forget();
    say(t("amendments.added"));
    onDone();
  };
  const type = (changed: Partial<typeof draft>): void => {
    newKey(crypto.randomUUID()); // other words are another request
    write({ ...draft, ...changed });
  };
  const cancel = async (): Promise<void> => {
    if (!isTouched(draft)) await forget();
    onCancel();
  };
  return (
    <form class={styles.form} onSubmit={(event) => void save(event)}>
      <Field
        label={t("amendments.reason")}
        hint={t("amendments.reason-hint")}
        error={wrong(saving.problem, "reason")}
      >
        <input
          autocomplete="off"
          ref={useFocus()}
          required
          dir="auto"
          maxLength={500}
          value={draft.reason}
          onInput={(event) => type({ reason: event.currentTarget.value })}
        />
      </Field>
      {FIELDS.map((field) => (
        <Field key={field} label={nameOf(field)} error={wrong(saving.problem, field)}>
          <textarea
            autocomplete="off"
            rows={2}
            value={draft.texts[field]}
            onInput={(event) => type({ texts: { ...draft.texts, [field]: event.currentTarget.value } })}
          />
        </Field>
      ))}
      <p>{t("amendments.stays")}</p>
      {saving.problem && <Failure words={wordsOf(saving.problem)} />}
      <div class={styles.ways}>
        <Button type="submit" kind="primary" isBusy={saving.isRunning}>
          {t("amendments.add-now")}
        </Button>
        <Button onClick={() => void cancel()}>{t("ui.cancel")}</Button>
      </div>
    </form>
  );
}

const wrong = (problem: Problem | null, field: string): string | undefined =>
  problem?.fields.some(({ pointer }) => pointer?.startsWith(`/${field}`))
    ? t("amendments.refused")
    : undefined;

function useFocus() {
  const ref = useRef<HTMLInputElement>(null);
  useEffect(() => ref.current?.focus(), []);
  return ref;
}
