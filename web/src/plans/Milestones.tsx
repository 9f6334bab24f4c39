import { useAction } from "../api/action.ts";
import { asProblem, wordsOf } from "../api/problems.ts";
import { shortDay } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { say } from "../core/toasts.ts";
import { Failure, Skeleton } from "../ui/States.tsx";
import { type Milestone, mark, type Plan, type Reached, useMilestones } from "./data.ts";
import styles from "./plans.module.css";

/** A plan, and its milestones to tick off. */
export function PlanMilestones({ plan }: { plan: Plan }) {
  const { data, problem, again } = useMilestones(plan.id);
  return (
    <section class={styles.plan}>
      <h3>
        <bdi>{plan.title}</bdi>
      </h3>
      {plan.goals && <p class={styles.goals}>{plan.goals}</p>}
      {!data && (problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={2} />)}
      {data?.total === 0 && <p class={styles.meta}>{t("plans.no-milestones")}</p>}
      <ul class={styles.milestones}>
        {data?.items.map((milestone) => (
          <Row key={milestone.id} milestone={milestone} again={again} />
        ))}
      </ul>
    </section>
  );
}

const stateOf = ({ status, achieved_date }: Milestone): Reached => ({ status, achieved_date });

function Row({ milestone, again }: { milestone: Milestone; again: () => void }) {
  const isReached = milestone.status === "achieved";
  const marking = useAction(async (to: Reached) => mark(milestone, to));
  const set = async (to: Reached): Promise<void> => {
    const saved = await marking.run(to);
    if (saved) told(saved, stateOf(milestone));
  };
  const isChanged = marking.problem?.status === 412;
  return (
    <li>
      <label class={styles.milestone} data-reached={isReached || undefined}>
        <input
          type="checkbox"
          checked={isReached !== marking.isRunning}
          disabled={marking.isRunning || !isOnline.value || milestone.status === "discontinued"}
          onChange={() => void set({ status: isReached ? "pending" : "achieved", achieved_date: null })}
        />
        <span>
          <bdi>{milestone.description}</bdi>
          <Dates milestone={milestone} />
        </span>
      </label>
      {marking.problem && (
        <Failure
          words={wordsOf(marking.problem)}
          again={isChanged ? () => seen(again, marking.reset) : undefined}
        />
      )}
    </li>
  );
}

const seen = (again: () => void, reset: () => void): void => {
  reset();
  again();
};

/** Say what was ticked, with the way back to what it was. */
function told(saved: Milestone, was: Reached): void {
  const words = t(saved.status === "achieved" ? "plans.reached" : "plans.not-reached");
  const undo = (): void =>
    void mark(saved, was).catch((error) => say(wordsOf(asProblem(error)), { kind: "problem" }));
  say(words, { action: { label: t("ui.undo"), run: undo } });
}

function Dates({ milestone: { status, achieved_date, target_date } }: { milestone: Milestone }) {
  const day = (iso: string): string => shortDay(Temporal.PlainDate.from(iso));
  const words =
    status === "discontinued"
      ? t("plans.discontinued")
      : achieved_date
        ? t("plans.reached-on", { day: day(achieved_date) })
        : target_date && t("plans.target", { day: day(target_date) });
  return words ? <small class={styles.meta}>{words}</small> : null;
}
