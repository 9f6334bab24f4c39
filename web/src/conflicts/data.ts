import { api, body, ifMatch, type Schemas } from "../api/client.ts";
import { explain, type Problem } from "../api/problems.ts";
import { queries, type Read, refresh, useRead } from "../api/queries.ts";
import { decided } from "../vault/note.ts";
import { type Chain, type Resolve, type Target, textsOf, type View } from "./rules.ts";

explain({
  "conflict-resolved": "conflicts.decided-meanwhile",
  "conflict-without-session": "conflicts.no-note-any-more",
  "nothing-to-attach": "conflicts.nothing-to-attach",
  "session-already-exists": "conflicts.changed-meanwhile",
});

const path = (id: string) => ({ path: { conflict_id: id } });

export const useConflict = (id: string | null): Read<View> =>
  useRead({
    queryKey: ["sessions", "conflict", id],
    enabled: id !== null,
    queryFn: () =>
      body(api.GET("/api/v1/sessions/conflicts/{conflict_id}", { params: path(id ?? "") })) as Promise<View>,
  });

/** What was decided, newest text first: a page. */
export const useDecided = (isAsked: boolean): Read<Schemas["ConflictSummaryPage"]> =>
  useRead({
    queryKey: ["sessions", "conflicts", "resolved"],
    enabled: isAsked,
    queryFn: () => {
      const query = { status: "resolved", limit: 100 } as const;
      return body(api.GET("/api/v1/sessions/conflicts", { params: { query } }));
    },
  });

/** Who is who here, by id. */
export const useMembers = (): ReadonlyMap<string, string> => {
  const { data } = useRead({
    queryKey: ["members"],
    queryFn: () => body(api.GET("/api/v1/members", { params: { query: { limit: 100 } } })),
  });
  return new Map(data?.items.map((user) => [user.id, user.full_name]));
};

export type Place = Schemas["AgendaItem"];

/** A client's appointments with the state of their notes, the latest first. */
export const usePlaces = (clientId: string): Read<Place[]> =>
  useRead({
    queryKey: ["appointments", { client: clientId, places: true }],
    queryFn: async () => {
      const query = { client_id: clientId, include: "note", order: "desc", limit: 50 } as const;
      return (await body(api.GET("/api/v1/appointments", { params: { query } }))).items;
    },
  });

/** The note at an appointment that somebody chose, if there is one. */
export async function targetAt(appointmentId: string, sessionId: string | null): Promise<Target> {
  if (!sessionId) return { appointmentId, sessionId, status: "none", version: null, texts: textsOf(null) };
  const params = { path: { session_id: sessionId } };
  const note = await body(api.GET("/api/v1/sessions/{session_id}", { params }));
  return { appointmentId, sessionId, status: note.status, version: note.version, texts: textsOf(note) };
}

/** Carry a decision out, under the version that was compared; what the same device sent before goes with it.
 * This device takes over what came of it, without losing what was typed since. */
export async function resolve(chain: Chain, decision: Resolve, version: number | null): Promise<void> {
  const header = version === null ? {} : ifMatch(version);
  await post(chain.head.id, decision, header);
  for (const { id } of chain.repeats) {
    // Whatever hinders this leaves the older text in the list, where it can be decided by itself.
    await post(id, { action: "discard" }, {}).catch(() => undefined);
  }
  void takeOver(chain.head.client_session_id); // while the vault is not open here, it waits for that
}

/** A device that cannot now (it was locked meanwhile, or the connection went) meets the decision when it next sends. */
const takeOver = (clientSessionId: string): Promise<void> => decided(clientSessionId).catch(() => undefined);

const post = (id: string, decision: Resolve, header: Record<string, string>): Promise<unknown> =>
  api.POST("/api/v1/sessions/conflicts/{conflict_id}/resolve", {
    params: { ...path(id), header },
    body: decision,
  });

/** Everything that shows the note, or that there is something to decide. */
export const refreshAll = (): Promise<unknown> =>
  Promise.all(["sessions", "amendments", "appointments", "timeline"].map((key) => refresh(key)));

const MOVED = new Set([
  "conflict-resolved",
  "conflict-without-session",
  "session-finalized",
  "invalid-status-transition",
  "session-already-exists",
  "session-not-finalized",
]);
/** Whether somebody else was faster: what is shown is old, and is read again. */
export const isOld = (problem: Problem): boolean => problem.status === 412 || MOVED.has(problem.slug);

/** Both texts as they are now, after somebody else was faster; the note of an appointment that was chosen too. */
export async function readAgain(id: string, target: Target, problem: Problem): Promise<Target | null> {
  await queries.invalidateQueries({ queryKey: ["sessions", "conflict", id] });
  if (target.appointmentId === null) return null;
  const { session_id } = problem.members;
  return targetAt(target.appointmentId, typeof session_id === "string" ? session_id : target.sessionId);
}
