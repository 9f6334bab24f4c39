import { api, body, ifMatch, type Schemas } from "../api/client.ts";
import { explain } from "../api/problems.ts";
import { queries, type Read, refresh, useRead } from "../api/queries.ts";
import { orPacked, packedNote } from "../vault/pack.ts";

explain({
  "session-already-exists": "sessions.another-note",
  "session-empty": "sessions.is-empty",
  "session-finalized": "sessions.is-finalized",
  "invalid-status-transition": "sessions.is-not-draft",
});

export type Note = Schemas["Session"];
export type Conflict = Schemas["ConflictSummary"];
export type Revision = Schemas["Revision"];

const path = (id: string) => ({ path: { session_id: id } });

/** The client's last note before a moment, with its text; read only when somebody asks for it. */
export function useLastNote(clientId: string, before: string): Read<Note | null> {
  const read = useRead({
    queryKey: ["sessions", { client: clientId, lastBefore: before }],
    queryFn: async () => {
      const query = { client_id: clientId, to: before, include: "text", limit: 1 } as const;
      const page = await body(api.GET("/api/v1/sessions", { params: { query } }));
      return (page.items[0] as Note | undefined) ?? null;
    },
  });
  return orPacked(read, (pack) => packedNote(pack, clientId, before));
}

/** The newest note with its text, or null. */
export function useNewestNote(clientId: string): Read<Note | null> {
  const read = useRead({
    queryKey: ["sessions", { client: clientId, newest: true }],
    queryFn: async () => {
      const query = { client_id: clientId, include: "text", limit: 1 } as const;
      const page = await body(api.GET("/api/v1/sessions", { params: { query } }));
      return (page.items[0] as Note | undefined) ?? null;
    },
  });
  return orPacked(read, (pack) => packedNote(pack, clientId));
}

export const useNote = (id: string): Read<Note> =>
  useRead({
    queryKey: ["sessions", id],
    queryFn: () => body(api.GET("/api/v1/sessions/{session_id}", { params: path(id) })),
  });

/** Texts of which the server kept two versions and somebody has to decide. */
export function useConflicts(): Read<Schemas["ConflictSummaryPage"]> {
  return useRead({
    queryKey: ["sessions", "conflicts"],
    queryFn: () => body(api.GET("/api/v1/sessions/conflicts", { params: { query: { limit: 100 } } })),
  });
}

const PAGE = 20;

/** A note's earlier texts, the latest first, as many pages as were asked for. */
export function readRevisions(id: string, cursor: string | null): Promise<Schemas["RevisionPage"]> {
  const params = { ...path(id), query: { limit: PAGE, ...(cursor && { cursor }) } };
  return body(api.GET("/api/v1/sessions/{session_id}/revisions", { params }));
}

/** Make it final as it was read: any other version is refused. */
export async function finalize({ id, version }: Pick<Note, "id" | "version">): Promise<Note> {
  const params = { ...path(id), header: ifMatch(version) };
  return await body(api.PATCH("/api/v1/sessions/{session_id}/finalize", { params }));
}

/** A draft goes to the archive. */
export async function remove({ id, version }: Pick<Note, "id" | "version">): Promise<void> {
  await api.DELETE("/api/v1/sessions/{session_id}", { params: { ...path(id), header: ifMatch(version) } });
  await changed();
}

export async function restore({ id }: Pick<Note, "id">): Promise<void> {
  await body(api.POST("/api/v1/sessions/{session_id}/restore", { params: path(id) }));
  await changed();
}

/** Lists that were read before a note changed are read anew where they are shown next. */
export async function changed(refetchType: "none" | "active" = "active"): Promise<void> {
  for (const key of ["sessions", "appointments", "timeline"]) {
    await (refetchType === "active"
      ? refresh(key)
      : queries.invalidateQueries({ queryKey: [key], refetchType }));
  }
}
