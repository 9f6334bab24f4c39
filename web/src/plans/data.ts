import { api, body, ifMatch, type Schemas } from "../api/client.ts";
import { queries, type Read, useRead } from "../api/queries.ts";

export type Plan = Schemas["Plan"];
export type PlanPage = Schemas["PlanPage"];
export type Milestone = Schemas["Milestone"];

export const readPlansToReview = (limit: number, cursor: string | null = null): Promise<PlanPage> =>
  body(
    api.GET("/api/v1/plans", { params: { query: { review_due: true, limit, ...(cursor && { cursor }) } } }),
  );

/** Active plans whose day of review is today or past. */
export const usePlansToReview = (limit: number): Read<PlanPage> =>
  useRead({ queryKey: ["plans", "to-review", limit], queryFn: () => readPlansToReview(limit) });

/** The client's active plans, the newest first. */
export const useActivePlans = (clientId: string): Read<PlanPage> =>
  useRead({
    queryKey: ["plans", { client: clientId, active: true }],
    queryFn: () => {
      const query = { client_id: clientId, status: "active", limit: 3 } as const;
      return body(api.GET("/api/v1/plans", { params: { query } }));
    },
  });

const milestonesOf = (planId: string) => ["plans", planId, "milestones"] as const;

/** A plan's milestones in their order. */
export const useMilestones = (planId: string): Read<Schemas["MilestonePage"]> =>
  useRead({
    queryKey: milestonesOf(planId),
    queryFn: () =>
      body(
        api.GET("/api/v1/plans/{plan_id}/milestones", {
          params: { path: { plan_id: planId }, query: { limit: 100 } },
        }),
      ),
  });

export type Reached = Pick<Milestone, "status" | "achieved_date">;

/** How far a milestone is; what another screen changed meanwhile is not written over. */
export async function mark(milestone: Milestone, { status, achieved_date }: Reached): Promise<Milestone> {
  const params = {
    path: { plan_id: milestone.plan_id, milestone_id: milestone.id },
    header: ifMatch(milestone.version),
  };
  const changes = { status, ...(achieved_date && { achieved_date }) };
  const saved = await body(
    api.PUT("/api/v1/plans/{plan_id}/milestones/{milestone_id}", { params, body: changes }),
  );
  queries.setQueryData<Schemas["MilestonePage"]>(
    milestonesOf(milestone.plan_id),
    (page) => page && { ...page, items: page.items.map((one) => (one.id === saved.id ? saved : one)) },
  );
  await queries.invalidateQueries({ queryKey: ["plans"], refetchType: "none" });
  return saved;
}
