import { wordsOf } from "../../api/problems.ts";
import { dayOf, number, shortDay } from "../../core/format.ts";
import { t } from "../../core/i18n.ts";
import { today } from "../../core/zone.ts";
import { type Plan, useActivePlans } from "../../plans/data.ts";
import { type Note, useNewestNote } from "../../sessions/data.ts";
import { Chip } from "../../ui/Chip.tsx";
import { Failure } from "../../ui/States.tsx";
import styles from "./clinical.module.css";

/** What to know before the next session: where the plan stands, and what the last note came to. */
export default function Strip({ clientId }: { clientId: string }) {
  const plans = useActivePlans(clientId);
  const note = useNewestNote(clientId);
  const problem = plans.problem ?? note.problem;
  return (
    <section class={styles.strip} aria-label={t("clientpage.at-a-glance")}>
      {problem && <Failure words={wordsOf(problem)} again={plans.problem ? plans.again : note.again} />}
      {plans.data?.items.map((plan) => (
        <PlanLine key={plan.id} plan={plan} />
      ))}
      {note.data && <LastNote note={note.data} />}
    </section>
  );
}

function PlanLine({ plan }: { plan: Plan }) {
  const review = plan.review_date && Temporal.PlainDate.from(plan.review_date);
  const isDue = review && Temporal.PlainDate.compare(review, today()) <= 0;
  return (
    <div class={styles.card}>
      <h2 class={styles.heading}>
        <bdi>{plan.title}</bdi>
        {review && (
          <Chip tone={isDue ? "warn" : "plain"} icon="flag">
            {isDue ? t("clientpage.review-due") : t("clientpage.review-on", { day: shortDay(review) })}
          </Chip>
        )}
      </h2>
      <Progress label={t("clientpage.sessions")} done={plan.sessions_done} of={plan.planned_sessions} />
      {plan.milestones_total > 0 && (
        <Progress
          label={t("clientpage.milestones")}
          done={plan.milestones_achieved}
          of={plan.milestones_total}
        />
      )}
    </div>
  );
}

export function Progress({ label, done, of }: { label: string; done: number; of: number | null }) {
  return (
    <p class={styles.progress}>
      <span>{label}</span>
      {of !== null && <progress max={of} value={Math.min(done, of)} aria-label={label} />}
      <span>
        {of === null ? number(done) : t("clientpage.done-of", { done: number(done), of: number(of) })}
      </span>
    </p>
  );
}

export function LastNote({ note }: { note: Note }) {
  return (
    <div class={styles.card}>
      <h2 class={styles.heading}>
        {t("clientpage.last-note", { day: dayOf(note.session_date) })}
        {note.status === "draft" && <Chip tone="warn">{t("clientpage.draft")}</Chip>}
      </h2>
      <dl class={styles.texts}>
        <dt>{t("sessions.assessment")}</dt>
        <dd dir="auto">{note.assessment || "–"}</dd>
        <dt>{t("sessions.plan")}</dt>
        <dd dir="auto">{note.plan || "–"}</dd>
      </dl>
    </div>
  );
}
