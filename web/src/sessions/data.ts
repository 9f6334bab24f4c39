import { api, body, type Schemas } from "../api/client.ts";
import { type Read, useRead } from "../api/queries.ts";

export type Note = Schemas["Session"];
export type Conflict = Schemas["ConflictSummary"];

/** The client's last note before a moment, with its text; read only when somebody asks for it. */
export function useLastNote(clientId: string, before: string): Read<Note | null> {
  return useRead({
    queryKey: ["sessions", { client: clientId, lastBefore: before }],
    queryFn: async () => {
      const query = { client_id: clientId, to: before, include: "text", limit: 1 } as const;
      const page = await body(api.GET("/api/v1/sessions", { params: { query } }));
      return (page.items[0] as Note | undefined) ?? null;
    },
  });
}

/** Texts of which the server kept two versions and somebody has to decide. */
export function useConflicts(): Read<Schemas["ConflictSummaryPage"]> {
  return useRead({
    queryKey: ["sessions", "conflicts"],
    queryFn: () => body(api.GET("/api/v1/sessions/conflicts", { params: { query: { limit: 100 } } })),
  });
}
