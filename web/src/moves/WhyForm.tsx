import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Failure } from "../ui/States.tsx";
import styles from "./moves.module.css";

interface Props {
  /** What is done with it. */
  label: string;
  isDanger?: boolean;
  work: (reason: string) => Promise<void>;
  cancel: ComponentChildren;
  children: ComponentChildren;
}

/** What will happen, why, and only then the button that does it. */
export function WhyForm({ label, isDanger, work, cancel, children }: Props) {
  const [reason, write] = useState("");
  const working = useAction(work);
  const submit = (event: Event): void => {
    event.preventDefault();
    void working.run(reason.trim());
  };
  const fault = working.problem?.fields.find(({ pointer }) => pointer === "/reason");
  return (
    <form class={styles.stack} onSubmit={submit}>
      {children}
      <Field label={t("moves.reason")} hint={t("moves.reason-hint")} error={fault && t("problem.invalid")}>
        <input
          autocomplete="off"
          required
          dir="auto"
          maxLength={500}
          value={reason}
          onInput={(event) => write(event.currentTarget.value)}
        />
      </Field>
      {working.problem && !fault && <Failure words={wordsOf(working.problem)} />}
      <div class={styles.ways}>
        <Button type="submit" kind={isDanger ? "danger" : "primary"} isBusy={working.isRunning}>
          {label}
        </Button>
        {cancel}
      </div>
    </form>
  );
}
