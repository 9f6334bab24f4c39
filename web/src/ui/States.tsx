import type { ComponentChildren } from "preact";
import { t } from "../core/i18n.ts";
import { Button } from "./Button.tsx";
import { Icon, type IconName } from "./Icon.tsx";
import styles from "./States.module.css";

type Tone = "plain" | "danger" | "warn" | "info";
const ICON: Record<Tone, IconName> = { plain: "info", danger: "alert", warn: "alert", info: "info" };

/** A sentence that stays, with what to do about it. */
export function Notice({
  tone = "plain",
  children,
  action,
}: {
  tone?: Tone;
  children: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class={styles.note} data-tone={tone} role={tone === "danger" ? "alert" : "status"}>
      <Icon name={ICON[tone]} />
      <p>{children}</p>
      {action}
    </div>
  );
}

/** What went wrong, in words, and a way to ask again. */
export function Failure({ words, again }: { words: string; again?: (() => void) | undefined }) {
  const action = again && <Button onClick={again}>{t("ui.try-again")}</Button>;
  return (
    <Notice tone="danger" action={action}>
      {words}
    </Notice>
  );
}

interface EmptyProps {
  children: ComponentChildren;
  action?: ComponentChildren;
  /** Nothing else is on the screen: the words are its heading. */
  isPage?: boolean;
}

/** Nothing is there: what it means, and the next step. */
export function Empty({ children, action, isPage }: EmptyProps) {
  return (
    <div class={styles.empty}>
      {isPage ? <h1>{children}</h1> : <p>{children}</p>}
      {action}
    </div>
  );
}

/** Grey rows while the first answer is awaited; they show only after 150 ms. */
export function Skeleton({ rows = 4 }: { rows?: number }) {
  return (
    <div class={styles.skeleton} role="status" aria-label={t("ui.loading")}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}
