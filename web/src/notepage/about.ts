import { useEffect } from "preact/hooks";
import { api, body, type Schemas } from "../api/client.ts";
import { queries, type Read, useRead } from "../api/queries.ts";
import { type Appointment, readAppointment } from "../appointments/data.ts";
import { orPacked, wantPacked } from "../vault/pack.ts";

export type About = Appointment & { client: NonNullable<Appointment["client"]> };

/** An appointment and whose it is: of what was read lately, so that naming a client opens no record once more. */
export function useAbout(appointmentId: string | null): Read<About> {
  const read = useRead({
    queryKey: ["appointments", "about", appointmentId],
    enabled: appointmentId !== null,
    queryFn: async () => lately(appointmentId ?? "") ?? (await readAbout(appointmentId ?? "")),
  });
  useEffect(() => {
    if (read.data) wantPacked(read.data);
  }, [read.data]);
  return orPacked(read, ({ appointments }) => aboutIn(appointments, appointmentId ?? "") ?? undefined);
}

async function readAbout(id: string): Promise<About> {
  const appointment = await readAppointment(id);
  const params = { path: { client_id: appointment.client_id } };
  const client = await body(api.GET("/api/v1/clients/{client_id}", { params }));
  return { ...appointment, client };
}

type Listed = Schemas["AgendaItem"];

function lately(id: string): About | null {
  for (const [, data] of queries.getQueriesData<unknown>({ queryKey: ["appointments"] })) {
    const items = Array.isArray(data) ? data : ((data as { items?: unknown } | undefined)?.items ?? []);
    const found = aboutIn(items as Listed[], id);
    if (found) return found;
  }
  return null;
}

function aboutIn(items: readonly Listed[], id: string): About | null {
  const found = items.find((item) => item.id === id && item.client);
  return found ? { ...timed(found), client: found.client as About["client"] } : null;
}

const timed = (item: Listed): Appointment => ({
  ...item,
  start: Date.parse(item.scheduled_start),
  end: Date.parse(item.scheduled_end),
});
