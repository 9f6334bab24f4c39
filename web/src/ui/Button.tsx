import type { ComponentChildren, JSX } from "preact";
import styles from "./Button.module.css";
import { Icon, type IconName } from "./Icon.tsx";

type Kind = "plain" | "primary" | "danger" | "quiet";
type Native = Omit<JSX.IntrinsicElements["button"], "icon" | "children">;

interface Props extends Native {
  kind?: Kind;
  icon?: IconName;
  /** It works on it: it stays focusable and does nothing more. */
  isBusy?: boolean;
  children?: ComponentChildren;
}

export function Button({ kind = "plain", icon, isBusy = false, children, onClick, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      class={styles.button}
      data-kind={kind}
      data-icon={children === undefined ? "" : undefined}
      aria-disabled={isBusy || rest["aria-disabled"] || undefined}
      onClick={isBusy ? stop : onClick}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

const stop = (event: Event): void => event.preventDefault();

/** A button with an icon only: `label` is its name. */
export function IconButton({ label, ...rest }: Omit<Props, "children"> & { label: string; icon: IconName }) {
  return <Button kind="quiet" {...rest} aria-label={label} title={label} />;
}

/** A link that looks like a button. */
export function ButtonLink({
  kind = "plain",
  icon,
  children,
  ...rest
}: JSX.IntrinsicElements["a"] & {
  kind?: Kind;
  icon?: IconName;
}) {
  return (
    <a {...rest} class={styles.button} data-kind={kind}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}
