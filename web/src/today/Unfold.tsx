import type { ComponentChildren } from "preact";
import styles from "./Unfold.module.css";

/** Something within reach that is not in the way. */
export function Unfold({
  title,
  children,
  onToggle,
}: {
  title: string;
  children: ComponentChildren;
  onToggle?: (isOpen: boolean) => void;
}) {
  return (
    <details class={styles.unfold} onToggle={(event) => onToggle?.(event.currentTarget.open)}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}
