import { t } from "../core/i18n.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Named } from "./Named.tsx";
import styles from "./Nothing.module.css";
import type { Slot } from "./rules.ts";
import { when } from "./when.ts";

interface Props {
  next: Slot | undefined;
  /** All of the days ahead is known, not only what lies on the device. */
  isWhole: boolean;
}

/** The queue is empty: what comes next. */
export function Nothing({ next, isWhole }: Props) {
  return (
    <div class={styles.nothing}>
      <span class={styles.mark}>
        <Icon name="check" size={24} />
      </span>
      <p class={styles.said}>{t("today.nothing")}</p>
      {next && (
        <p class={styles.next}>
          {t("today.next-is", { when: when(next.scheduled_start) })} <Named client={next.client} />
        </p>
      )}
      {!next && isWhole && (
        <>
          <p class={styles.next}>{t("today.none-ahead")}</p>
          <ButtonLink href="/app/calendar">{t("today.book")}</ButtonLink>
        </>
      )}
    </div>
  );
}

/** A practice's first day: what to do first, and then. */
export function FirstSteps() {
  return (
    <section class={styles.nothing}>
      <h2>{t("today.first-day")}</h2>
      <p class={styles.next}>{t("today.first-steps")}</p>
      <div class={styles.actions}>
        <ButtonLink kind="primary" icon="clients" href="/app/clients">
          {t("today.first-client")}
        </ButtonLink>
        <ButtonLink icon="calendar" href="/app/calendar">
          {t("today.first-appointment")}
        </ButtonLink>
      </div>
    </section>
  );
}
