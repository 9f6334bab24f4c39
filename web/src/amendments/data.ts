import { api, body, type Schemas } from "../api/client.ts";
import { explain } from "../api/problems.ts";
import { type Read, refresh, useRead } from "../api/queries.ts";

explain({
  "amendment-empty": "amendments.is-empty",
  "session-not-finalized": "amendments.not-finalized",
});

export type Amendment = Schemas["Amendment"];
export type NewAmendment = Schemas["AmendmentCreate"];

const path = (id: string) => ({ path: { session_id: id } });

/** What was added to a note after it was final, in the order in which it was. */
export const useAmendments = (id: string, isAsked = true): Read<Schemas["AmendmentPage"]> =>
  useRead({
    queryKey: ["amendments", id],
    enabled: isAsked,
    queryFn: () =>
      body(
        api.GET("/api/v1/sessions/{session_id}/amendments", {
          params: { ...path(id), query: { limit: 100 } },
        }),
      ),
  });

/** The same key for the same words: an answer that was lost adds nothing twice. */
export async function amend(id: string, given: NewAmendment, key: string): Promise<Amendment> {
  const params = { ...path(id), header: { "Idempotency-Key": key } };
  const made = await body(api.POST("/api/v1/sessions/{session_id}/amendments", { params, body: given }));
  await refresh("amendments", id);
  return made;
}
