import { useMemo } from "preact/hooks";
import { t } from "../core/i18n.ts";
import styles from "./Diff.module.css";
import { wordDiff } from "./diff.ts";

/** Two texts as one: what is gone is struck, what is new is underlined, and both are said to screen readers. */
export default function Diff({ before, after }: { before: string; after: string }) {
  const pieces = useMemo(() => wordDiff(before, after), [before, after]);
  return (
    <p class={styles.diff}>
      {pieces.map(({ kind, text }, at) => {
        if (kind === "same") return text;
        const Tag = kind === "gone" ? "del" : "ins";
        return (
          <Tag key={at}>
            <span class="hidden-text">{t(kind === "gone" ? "ui.gone" : "ui.new")}</span>
            {text}
          </Tag>
        );
      })}
    </p>
  );
}
