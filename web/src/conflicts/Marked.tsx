import { useMemo } from "preact/hooks";
import { wordDiff } from "../ui/diff.ts";
import styles from "./Marked.module.css";

/** One of two texts; the words that only this one has are marked. */
export function Marked({ text, other, is }: { text: string; other: string; is: "before" | "after" }) {
  const pieces = useMemo(
    () => (is === "before" ? wordDiff(text, other) : wordDiff(other, text)),
    [text, other, is],
  );
  const foreign = is === "before" ? "new" : "gone";
  return (
    <p class={styles.marked} data-is={is}>
      {pieces.map(({ kind, text: words }, at) => {
        if (kind === foreign) return null;
        return kind === "same" ? words : <mark key={at}>{words}</mark>;
      })}
    </p>
  );
}
