import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { number } from "../core/format.ts";
import type { PlainKey } from "../core/i18n.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { Skeleton } from "../ui/States.tsx";
import styles from "./Waiting.module.css";
import { FIRST, inOrder, type Kind } from "./waiting.ts";

export interface Group {
  kind: Kind;
  /** How many there are in all; not only those whose rows are here. */
  total: number;
  rows: ComponentChildren[];
  /** Reads further rows, where the server has some. */
  more?: () => void;
}

const HEAD: Record<Kind, { words: PlainKey; icon: IconName; tone?: "danger" | "warn" }> = {
  decisions: { words: "today.kind.decisions", icon: "flag", tone: "danger" },
  unfiled: { words: "today.kind.unfiled", icon: "edit", tone: "warn" },
  wished: { words: "today.kind.wished", icon: "lock" },
  notes: { words: "today.kind.notes", icon: "note" },
  reminders: { words: "today.kind.reminders", icon: "alert", tone: "danger" },
  declined: { words: "today.kind.declined", icon: "close", tone: "danger" },
  moves: { words: "today.kind.moves", icon: "clock", tone: "warn" },
  unconfirmed: { words: "today.kind.unconfirmed", icon: "bell" },
  plans: { words: "today.kind.plans", icon: "flag" },
};

interface Props {
  groups: readonly Group[];
  /** Some kinds are not known yet. */
  isLoading: boolean;
  /** What is said when nothing waits; without it there is nothing at all. */
  children: ComponentChildren;
}

/** The one queue of what waits, by kind. */
export function Waiting({ groups, isLoading, children }: Props) {
  const shown = inOrder(groups);
  if (!isLoading && shown.length === 0 && !children) return null;
  return (
    <section class={styles.waiting} aria-busy={isLoading}>
      <h2>{t("today.waiting")}</h2>
      {shown.map((group) => (
        <Kindred key={group.kind} group={group} />
      ))}
      {isLoading && <Skeleton rows={shown.length > 0 ? 1 : 3} />}
      {!isLoading && shown.length === 0 && children}
    </section>
  );
}

function Kindred({ group: { kind, total, rows, more } }: { group: Group }) {
  const [isWhole, showWhole] = useState(false);
  const shown = isWhole ? rows : rows.slice(0, FIRST);
  const { words, icon, tone } = HEAD[kind];
  const open = (): void => {
    showWhole(true);
    if (total > rows.length) more?.();
  };
  return (
    <section class={styles.kind} data-tone={tone} data-kind={kind}>
      <h3>
        <Icon name={icon} size={18} />
        {t(words)}
        <span class={styles.total}>{number(total)}</span>
      </h3>
      <ul>{shown}</ul>
      {total > shown.length && (
        <Button kind="quiet" icon="down" onClick={open}>
          {moreWords(kind, total - shown.length)}
        </Button>
      )}
    </section>
  );
}

const moreWords = (kind: Kind, count: number): string =>
  kind === "notes" ? t("today.older", { count }) : t("today.more", { count });
