import type { ComponentChildren } from "preact";
import styles from "./Chip.module.css";
import { Icon, type IconName } from "./Icon.tsx";

export type ChipTone = "plain" | "ok" | "warn" | "danger" | "info";

/** A state in one or two words; never by colour alone. */
export function Chip({
  tone = "plain",
  icon,
  children,
}: {
  tone?: ChipTone;
  icon?: IconName;
  children: ComponentChildren;
}) {
  return (
    <span class={styles.chip} data-tone={tone}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </span>
  );
}
