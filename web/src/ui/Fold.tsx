import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import styles from "./Fold.module.css";

interface Props {
  title: string;
  /** Open from the start where there is room beside the history. */
  isShown?: boolean;
  children: ComponentChildren;
}

const hasRoom = (): boolean => matchMedia("(min-width: 1000px)").matches;

/** A part of the page that folds away; what is in a closed one is not drawn. */
export function Fold({ title, isShown = false, children }: Props) {
  const [isOpen, open] = useState(() => isShown && hasRoom());
  return (
    <details class={styles.fold} open={isOpen} onToggle={(event) => open(event.currentTarget.open)}>
      <summary>
        <h2>{title}</h2>
      </summary>
      {isOpen && <div class={styles.inside}>{children}</div>}
    </details>
  );
}
