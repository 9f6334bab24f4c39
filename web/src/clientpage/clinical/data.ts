import { api, body, type Schemas } from "../../api/client.ts";
import { type Read, useRead } from "../../api/queries.ts";

export type Note = Schemas["Session"];
export type Plan = Schemas["Plan"];

/** The newest note with its text, or null. */
export const useNewestNote = (clientId: string): Read<Note | null> =>
  useRead({
    queryKey: ["sessions", { client: clientId, newest: true }],
    queryFn: async () => {
      const query = { client_id: clientId, include: "text", limit: 1 } as const;
      const page = await body(api.GET("/api/v1/sessions", { params: { query } }));
      return (page.items[0] as Note | undefined) ?? null;
    },
  });

export const useNote = (id: string): Read<Note> =>
  useRead({
    queryKey: ["sessions", id],
    queryFn: () => body(api.GET("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } } })),
  });

export const useAmendments = (id: string, isAsked: boolean): Read<Schemas["AmendmentPage"]> =>
  useRead({
    queryKey: ["amendments", id],
    enabled: isAsked,
    queryFn: () =>
      body(
        api.GET("/api/v1/sessions/{session_id}/amendments", {
          params: { path: { session_id: id }, query: { limit: 100 } },
        }),
      ),
  });

/** The client's active plans, the newest first. */
export const useActivePlans = (clientId: string): Read<Schemas["PlanPage"]> =>
  useRead({
    queryKey: ["plans", { client: clientId, active: true }],
    queryFn: () => {
      const query = { client_id: clientId, status: "active", limit: 3 } as const;
      return body(api.GET("/api/v1/plans", { params: { query } }));
    },
  });
