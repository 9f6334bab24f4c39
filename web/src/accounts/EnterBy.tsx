import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { Problem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Failure } from "../ui/States.tsx";
import styles from "./accounts.module.css";
import { enterByLink } from "./data.ts";
import { digitsOf, type Link } from "./rules.ts";

const ASKS_CODE = new Set(["code-required", "code-wrong"]);

interface Props {
  /** Null if what was given is none. */
  link: Link | null;
  onIn?: (() => void) | undefined;
  /** Where the link is given, if it is not there yet; gets what is wrong with it. */
  children?: (words: string | null) => ComponentChildren;
}

/** Uses a mailed link up; where it was asked for in another browser, with the digits shown there. */
export function EnterBy({ link, onIn, children }: Props) {
  const [code, setCode] = useState("");
  const [asksCode, setAsksCode] = useState(false);
  const entering = useAction(async () => {
    if (!link) throw new Problem(422, "no-link");
    await enterByLink(link, asksCode ? digitsOf(code) : undefined).catch((error: unknown) => {
      if (error instanceof Problem && ASKS_CODE.has(error.slug)) setAsksCode(true);
      throw error;
    });
    onIn?.();
  });
  const words = entering.problem && wordsOf(entering.problem);
  return (
    <form
      class={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        void entering.run();
      }}
    >
      {children?.(asksCode ? null : words)}
      {!children && !asksCode && words && <Failure words={words} />}
      {asksCode && <Digits words={words} code={code} onInput={setCode} />}
      <Button type="submit" kind={children ? "plain" : "primary"} isBusy={entering.isRunning}>
        {t("accounts.enter")}
      </Button>
    </form>
  );
}

interface DigitsProps {
  words: string | null;
  code: string;
  onInput: (code: string) => void;
}

function Digits({ words, code, onInput }: DigitsProps) {
  return (
    <Field label={t("accounts.digits")} error={words}>
      <input
        dir="ltr"
        required
        inputMode="numeric"
        autocomplete="one-time-code"
        pattern="[0-9]{3}[ \-]?[0-9]{3}"
        value={code}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}
