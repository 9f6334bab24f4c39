import { api, body, type Schemas } from "../../api/client.ts";
import { type Read, useRead } from "../../api/queries.ts";

export const useAccess = (clientId: string, cursor: string | null): Read<Schemas["AuditEventPage"]> =>
  useRead({
    queryKey: ["access", clientId, cursor],
    queryFn: () => {
      const query = { limit: 50, ...(cursor && { cursor }) };
      return body(
        api.GET("/api/v1/clients/{client_id}/access-history", {
          params: { path: { client_id: clientId }, query },
        }),
      );
    },
  });

/** The members' names by their ids; an access history has ids only. */
export const useMembers = (): Read<Map<string, string>> =>
  useRead({
    queryKey: ["members", "names"],
    queryFn: async () => {
      const { items } = await body(api.GET("/api/v1/members", { params: { query: { limit: 100 } } }));
      return new Map(items.map(({ id, full_name }) => [id, full_name]));
    },
  });
