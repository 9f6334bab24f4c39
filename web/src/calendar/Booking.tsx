import { useState } from "preact/hooks";
import { me } from "../accounts/data.ts";
import { useAction } from "../api/action.ts";
import { asProblem, wordsOf } from "../api/problems.ts";
import { type Appointment, archive, book, loaded, type Member } from "../appointments/data.ts";
import { habitOf, nameOf, recentClients } from "../appointments/rules.ts";
import { When } from "../appointments/When.tsx";
import { ClientPicker } from "../clients/ClientPicker.tsx";
import { ClientSheet } from "../clients/ClientSheet.tsx";
import { startOf } from "../clients/rules.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure } from "../ui/States.tsx";
import styles from "./Booking.module.css";
import { isoOf, refused, warn, whenOf } from "./moving.ts";

type Client = NonNullable<Appointment["client"]>;
const RECENT = 6;

interface Props {
  start: number;
  therapists: Member[];
  /** Whose calendar it goes into, if that is clear. */
  who: string | null;
  /** Who is to be booked, if a client's page asked: the first to choose from. */
  asked: string | null;
  onClose: () => void;
  show: (id: string) => void;
}

/** Whom to book at this time: one press on a name, and it is done as it was last time. */
export function Booking({ start, therapists, who, asked, onClose, show }: Props) {
  const [at, setAt] = useState(start);
  const [therapist, choose] = useState(() => who ?? ownOrFirst(therapists));
  const [adding, add] = useState<string | null>(null);
  const known = loaded();
  const booking = useAction(async (client: Client) => {
    const { minutes, ...habit } = habitOf(client.id, known);
    const times = { scheduled_start: isoOf(at), scheduled_end: isoOf(at + minutes * 60_000) };
    const whose = therapist ? { therapist_id: therapist } : {};
    return book({ client_id: client.id, status: "scheduled", ...times, ...habit, ...whose }, client);
  });
  const choosing = async ({ id, first_name, last_name, phone }: Client): Promise<void> => {
    const saved = await booking.run({ id, first_name, last_name, phone });
    if (!saved) return;
    onClose();
    announce(saved, show);
  };
  if (adding !== null)
    return (
      <ClientSheet
        start={startOf(adding)}
        onSaved={(client) => void choosing(client)}
        onClose={() => add(null)}
      />
    );
  return (
    <Sheet title={t("calendar.book")} onClose={onClose}>
      <div class={styles.booking} aria-busy={booking.isRunning}>
        <When start={at} onChange={setAt} />
        {booking.problem && <Failure words={wordsOf(booking.problem)} />}
        {booking.problem && <Other id={booking.problem.members.appointment_id} show={show} close={onClose} />}
        {therapists.length > 1 && <Whose {...{ therapists, therapist, choose }} />}
        <ClientPicker
          recent={recentIds(known, asked)}
          onPick={(client) => void choosing(client)}
          onAdd={add}
        />
      </div>
    </Sheet>
  );
}

function recentIds(known: readonly Appointment[], asked: string | null): string[] {
  const ids = recentClients(known, RECENT).map(({ id }) => id);
  return asked ? [asked, ...ids.filter((id) => id !== asked)] : ids;
}

function ownOrFirst(therapists: Member[]): string | null {
  const own = me.value?.user.id;
  return (therapists.find(({ id }) => id === own) ?? therapists[0])?.id ?? null;
}

function announce(saved: Appointment, show: Props["show"]): void {
  const words = t("calendar.booked", { name: nameOf(saved.client), when: whenOf(saved) });
  const undo = (): void => void archive(saved).catch((error) => refused(saved, asProblem(error), show));
  say(words, {
    action: { label: t("ui.undo"), run: undo },
    more: { label: t("ui.details"), run: () => show(saved.id) },
  });
  warn(saved, show);
}

function Other({ id, show, close }: { id: unknown; show: Props["show"]; close: () => void }) {
  if (typeof id !== "string") return null;
  const look = (): void => {
    close();
    show(id);
  };
  return <Button onClick={look}>{t("calendar.show-other")}</Button>;
}

interface WhoseProps {
  therapists: Member[];
  therapist: string | null;
  choose: (id: string) => void;
}

function Whose({ therapists, therapist, choose }: WhoseProps) {
  return (
    <Field label={t("appointments.therapist")}>
      <select value={therapist ?? ""} onChange={(event) => choose(event.currentTarget.value)}>
        {therapists.map(({ id, full_name }) => (
          <option key={id} value={id}>
            {full_name}
          </option>
        ))}
      </select>
    </Field>
  );
}
