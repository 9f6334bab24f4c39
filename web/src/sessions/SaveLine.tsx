import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import type { OpenNote, SaveState } from "../vault/note.ts";
import styles from "./SaveLine.module.css";
import { lineOf } from "./saving.ts";
import { waitOf } from "./telling.ts";

/** Where the words are, in words; always in view. */
export function SaveLine({ note }: { note: OpenNote }) {
  const state = note.state.value;
  const { words, icon, tone } = lineOf(state, note.server.value?.updated_at ?? null);
  return (
    <div class={styles.line} data-tone={tone} data-state={state.kind}>
      <Icon name={icon} size={18} />
      <span style={{ flex: "1 8rem" }}>{words}</span>
      <Way state={state} note={note} />
      <Told words={words} />
    </div>
  );
}

function Way({ state, note }: { state: SaveState; note: OpenNote }) {
  if (state.kind === "decision") {
    return <ButtonLink href={`/app/conflicts/${state.conflictId}`}>{t("sessions.decide")}</ButtonLink>;
  }
  if (state.kind === "elsewhere") {
    return <Button onClick={() => void note.takeOver()}>{t("sessions.take-over")}</Button>;
  }
  const isSendable = note.appointmentId.value !== null;
  if (isSendable && (state.kind === "window-only" || state.kind === "refused")) {
    return <Button onClick={() => void note.flush()}>{t("ui.try-again")}</Button>;
  }
  return null;
}

/** The same for screen readers, at most every ten seconds. */
function Told({ words }: { words: string }) {
  const [said, say] = useState("");
  const toldAt = useRef(Date.now());
  useEffect(() => {
    const tell = (): void => {
      toldAt.current = Date.now();
      say(words);
    };
    const timer = setTimeout(tell, waitOf(toldAt.current, Date.now()));
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <span class="hidden-text" role="status" aria-live="polite">
      {said}
    </span>
  );
}
