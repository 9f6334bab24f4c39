import { api, body, type Schemas } from "../api/client.ts";
import { type Read, useRead } from "../api/queries.ts";

export type Plan = Schemas["Plan"];
export type PlanPage = Schemas["PlanPage"];

export const readPlansToReview = (limit: number, cursor: string | null = null): Promise<PlanPage> =>
  body(
    api.GET("/api/v1/plans", { params: { query: { review_due: true, limit, ...(cursor && { cursor }) } } }),
  );

/** Active plans whose day of review is today or past. */
export const usePlansToReview = (limit: number): Read<PlanPage> =>
  useRead({ queryKey: ["plans", "to-review", limit], queryFn: () => readPlansToReview(limit) });
