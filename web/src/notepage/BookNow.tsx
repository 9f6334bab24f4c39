import { useState } from "preact/hooks";
import { me } from "../accounts/data.ts";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { type Appointment, book, loaded } from "../appointments/data.ts";
import { habitOf, recentClients } from "../appointments/rules.ts";
import { When } from "../appointments/When.tsx";
import { ClientPicker } from "../clients/ClientPicker.tsx";
import { ClientSheet } from "../clients/ClientSheet.tsx";
import { startOf } from "../clients/rules.ts";
import { now } from "../core/clock.ts";
import { Failure } from "../ui/States.tsx";
import styles from "./NotePage.module.css";
import { walkedInAt } from "./rules.ts";

type Client = NonNullable<Appointment["client"]>;
const RECENT = 6;
const iso = (instant: number): string => new Date(instant).toISOString();

/** An appointment for somebody who came without one. */
export function BookNow({ onBooked }: { onBooked: (appointmentId: string) => void }) {
  const [start, setStart] = useState(() => walkedInAt(now().epochMilliseconds));
  const [adding, add] = useState<string | null>(null);
  const known = loaded();
  const booking = useAction(async ({ id, first_name, last_name, phone }: Client) => {
    const { minutes, ...habit } = habitOf(id, known);
    const times = { scheduled_start: iso(start), scheduled_end: iso(start + minutes * 60_000) };
    const whose = me.value ? { therapist_id: me.value.user.id } : {};
    const given = { client_id: id, status: "scheduled", ...times, ...habit, ...whose } as const;
    return book(given, { id, first_name, last_name, phone });
  });
  const choose = async (client: Client): Promise<void> => {
    const saved = await booking.run(client);
    if (saved) onBooked(saved.id);
  };
  if (adding !== null) {
    const added = (client: Client): void => {
      add(null);
      void choose(client);
    };
    return <ClientSheet start={startOf(adding)} onSaved={added} onClose={() => add(null)} />;
  }
  return (
    <div class={styles.stack} aria-busy={booking.isRunning}>
      <When start={start} onChange={setStart} />
      {booking.problem && <Failure words={wordsOf(booking.problem)} />}
      <ClientPicker
        recent={recentClients(known, RECENT).map(({ id }) => id)}
        onPick={(client) => void choose(client)}
        onAdd={add}
      />
    </div>
  );
}
