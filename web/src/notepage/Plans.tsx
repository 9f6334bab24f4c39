import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { useActivePlans } from "../plans/data.ts";
import { PlanMilestones } from "../plans/Milestones.tsx";
import { Failure, Skeleton } from "../ui/States.tsx";
import type { PanelProps } from "./panels.ts";

/** What the treatment is for, and the milestones to tick off. */
export default function Plans({ about }: PanelProps) {
  const { data, problem, again } = useActivePlans(about.client_id);
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
