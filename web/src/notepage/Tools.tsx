import { useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { History } from "../sessions/History.tsx";
import { RemoveSheet } from "../sessions/RemoveSheet.tsx";
import { IconButton } from "../ui/Button.tsx";
import type { OpenNote } from "../vault/note.ts";
import styles from "./NotePage.module.css";
import { standing } from "./rules.ts";

interface Props {
  note: OpenNote;
  names: ReadonlyMap<string, string>;
  onRemoved: () => void;
}

/** What is done with a note as a whole, and seldom. */
export function Tools({ note, names, onRemoved }: Props) {
  const [shown, show] = useState<"history" | "remove" | null>(null);
  const server = note.server.value;
  const isDraft = standing(server, note.state.value) === "draft";
  const close = (): void => show(null);
  if (!server) return null;
  return (
    <>
      <span class={styles.tools}>
        <IconButton icon="history" label={t("sessions.history")} onClick={() => show("history")} />
        <IconButton icon="print" label={t("notepage.print")} onClick={() => print()} />
        {isDraft && <IconButton icon="trash" label={t("sessions.remove")} onClick={() => show("remove")} />}
      </span>
      {shown === "history" && (
        <History {...{ note, names }} saved={server} mayRestore={isDraft} onClose={close} />
      )}
      {shown === "remove" && <RemoveSheet saved={server} onRemoved={onRemoved} onClose={close} />}
    </>
  );
}
