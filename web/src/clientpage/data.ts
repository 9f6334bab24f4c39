import { api, body, type Schemas } from "../api/client.ts";
import { type Read, useRead } from "../api/queries.ts";
import { now } from "../core/clock.ts";

export type Appointment = Schemas["AgendaItem"];
const SHOWN = 5;

const readAppointments = async (query: object): Promise<{ items: Appointment[]; total: number }> =>
  await body(api.GET("/api/v1/appointments", { params: { query } }));

/** The client's appointments from now on, the next one first. */
export const useUpcoming = (clientId: string): Read<{ items: Appointment[]; total: number }> =>
  useRead({
    queryKey: ["appointments", { client: clientId, upcoming: true }],
    queryFn: () =>
      readAppointments({
        client_id: clientId,
        from: now().toString(),
        status: "scheduled",
        include: "reminder",
        limit: SHOWN,
      }),
  });

/** What was before, the latest first: for those who see no history. */
export const usePast = (clientId: string): Read<{ items: Appointment[]; total: number }> =>
  useRead({
    queryKey: ["appointments", { client: clientId, past: true }],
    queryFn: () =>
      readAppointments({ client_id: clientId, to: now().toString(), order: "desc", limit: SHOWN * 2 }),
  });
