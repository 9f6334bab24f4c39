import type { ComponentChild } from "preact";
import { useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { useGuard } from "../core/unsaved.ts";
import { Button } from "./Button.tsx";
import { Notice } from "./States.tsx";
import styles from "./Unsaved.module.css";

interface Kept {
  /** Whether something was typed that is not saved. */
  touch: (isTouched: boolean) => void;
  /** Leave, by `leave` or as a whole; asked first when something would be lost. */
  close: (leave?: () => void) => void;
  /** The question, while it is open. */
  question: ComponentChild;
}

/** What was typed is not thrown away without being asked. */
export function useUnsaved(discard: () => void): Kept {
  const [isTouched, touch] = useState(false);
  const [isAsking, ask] = useState(false);
  useGuard(isTouched, () => ask(true));
  return {
    touch,
    close: (leave = discard) => (isTouched ? ask(true) : leave()),
    question: isAsking && isTouched && <Unsaved discard={discard} goOn={() => ask(false)} />,
  };
}

function Unsaved({ discard, goOn }: { discard: () => void; goOn: () => void }) {
  const answers = (
    <span class={styles.answers}>
      <Button onClick={goOn}>{t("ui.keep-editing")}</Button>
      <Button kind="danger" onClick={discard}>
        {t("ui.discard")}
      </Button>
    </span>
  );
  return (
    <div class={styles.unsaved} ref={intoView}>
      <Notice tone="warn" action={answers}>
        {t("ui.unsaved")}
      </Notice>
    </div>
  );
}

/** To where one can see it, and with the keyboard on the harmless answer. */
function intoView(box: HTMLElement | null): void {
  box?.scrollIntoView({ block: "center" });
  box?.querySelector("button")?.focus();
}
