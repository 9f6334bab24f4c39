import { useEffect, useState } from "preact/hooks";
import { AmendForm } from "../amendments/AmendForm.tsx";
import { Amendments } from "../amendments/Amendments.tsx";
import { isBegun } from "../amendments/kept.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { NoteText } from "../sessions/NoteText.tsx";
import { NAME } from "../sessions/words.ts";
import { Button } from "../ui/Button.tsx";
import type { OpenNote } from "../vault/note.ts";
import { textsOf } from "../vault/texts.ts";
import styles from "./NotePage.module.css";

/** A final note: as it was made final, and what was added since. */
export function Final({ note, names }: { note: OpenNote; names: ReadonlyMap<string, string> }) {
  const server = note.server.value;
  const [isAdding, add] = useState(false);
  useEffect(() => {
    if (server) void isBegun(server.id).then((begun) => begun && add(true));
  }, [server?.id]);
  if (!server) return null;
  const done = (): void => {
    add(false);
    void note.refresh();
  };
  return (
    <div class={styles.sheet}>
      <NoteText texts={textsOf(server)} />
      {(server.amendment_count > 0 || isAdding) && (
        <section>
          <h2>{t("amendments.title")}</h2>
          <Amendments
            sessionId={server.id}
            names={names}
            textOf={(amendment) => <NoteText texts={textsOf(amendment)} />}
          />
        </section>
      )}
      <div class={styles.screenOnly}>
        {isAdding ? (
          <AmendForm
            sessionId={server.id}
            nameOf={(field) => t(NAME[field])}
            onDone={done}
            onCancel={() => add(false)}
          />
        ) : (
          <Button
            icon="plus"
            aria-disabled={!isOnline.value || undefined}
            onClick={() => isOnline.value && add(true)}
          >
            {t("amendments.add")}
          </Button>
        )}
      </div>
    </div>
  );
}
