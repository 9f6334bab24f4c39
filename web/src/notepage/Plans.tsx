import { wordsOf } from "../api/problems.ts";
import { number } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { useActivePlans } from "../plans/data.ts";
import { PlanMilestones } from "../plans/Milestones.tsx";
import { Failure, Skeleton } from "../ui/States.tsx";
import { type Pack, pack } from "../vault/pack.ts";
import styles from "./NotePage.module.css";
import type { PanelProps } from "./panels.ts";

/** What the treatment is for, and the milestones to tick off. */
export default function Plans({ about }: PanelProps) {
  const { data, problem, again } = useActivePlans(about.client_id);
  const packed = pack.value?.plans.filter((plan) => plan.client_id === about.client_id) ?? [];
  if (!data && packed.length > 0 && (problem?.status === 0 || !isOnline.value))
    return <Packed plans={packed} />;
  if (!data) return problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={2} />;
  if (data.items.length === 0) return <p>{t("notepage.no-plan")}</p>;
  return (
    <>
      {data.items.map((plan) => (
        <PlanMilestones key={plan.id} plan={plan} />
      ))}
    </>
  );
}

/** What lies on this device of them: how far each is. */
function Packed({ plans }: { plans: Pack["plans"] }) {
  return (
    <ul>
      {plans.map((plan) => (
        <li key={plan.id}>
          <bdi>{plan.title}</bdi>
          {plan.milestones_total > 0 && (
            <p class={styles.when}>
              {t("notepage.milestones", {
                done: number(plan.milestones_achieved),
                of: number(plan.milestones_total),
              })}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
