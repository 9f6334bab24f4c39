import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { NAME } from "../sessions/words.ts";
import type { OpenNote } from "../vault/note.ts";
import { FIELDS, noTexts } from "../vault/texts.ts";
import styles from "./NotePage.module.css";

/** A draft as it is printed: a text area prints only what shows of it. It is filled when printing begins. */
export function Paper({ note }: { note: OpenNote }) {
  const texts = useMemo(() => FIELDS.map((field) => ({ field, text: signal("") })), []);
  useEffect(() => {
    const fill = (now: Record<string, string>) => () => {
      for (const { field, text } of texts) text.value = now[field] ?? "";
    };
    const start = (): void => fill(note.texts.peek())();
    const end = fill(noTexts());
    addEventListener("beforeprint", start);
    addEventListener("afterprint", end);
    return () => {
      removeEventListener("beforeprint", start);
      removeEventListener("afterprint", end);
    };
  }, [note]);
  return (
    <div class={styles.paper}>
      <p>{t("notepage.is-draft")}</p>
      {texts.map(({ field, text }) => (
        <section key={field}>
          <h2>{t(NAME[field])}</h2>
          <p class={styles.printed}>{text}</p>
        </section>
      ))}
    </div>
  );
}
