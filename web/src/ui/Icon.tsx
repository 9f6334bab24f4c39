import styles from "./Icon.module.css";
import { ICONS } from "./icons.ts";

export type IconName = keyof typeof ICONS;
const MIRRORED: ReadonlySet<IconName> = new Set(["next", "previous", "sign-out", "undo"]);

/** Decoration beside words; a control that has only an icon is named by its label. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      class={styles.icon}
      data-mirrored={MIRRORED.has(name) || undefined}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={ICONS[name]} />
    </svg>
  );
}
