import { useState } from "preact/hooks";
import { Problem, wordsOf } from "../api/problems.ts";
import { useRead } from "../api/queries.ts";
import { loaded, readAppointment } from "../appointments/data.ts";
import { recentClients } from "../appointments/rules.ts";
import { ClientPicker } from "../clients/ClientPicker.tsx";
import { fullName, type Person } from "../clients/rules.ts";
import { now } from "../core/clock.ts";
import { longDay, timeRange } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { inZone } from "../core/zone.ts";
import { moveAppointment, moveNote, withoutNote } from "../moves/data.ts";
import { WhyForm } from "../moves/WhyForm.tsx";
import type { Note } from "../sessions/data.ts";
import { Button } from "../ui/Button.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure, Skeleton } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";
import styles from "./NotePage.module.css";

interface Props {
  note: OpenNote;
  saved: Note;
  onMoved: (appointmentId: string) => void;
  onClose: () => void;
}

type Target = { id: string; words: string } | "whole";
const RECENT = 6;
const AHEAD = 1; // day: a note may be begun before its hour

/** The note is somebody else's: whose, of which appointment, and why. */
export default function MoveSheet({ note, saved, onMoved, onClose }: Props) {
  const [client, choose] = useState<Person | null>(null);
  const [target, aim] = useState<Target | null>(null);
  const move = async (to: Person, where: Target, reason: string): Promise<void> => {
    const current = await settled(note, saved);
    const done =
      where === "whole" ? await whole(current, to, reason) : await moveNote(current, where.id, reason);
    say(t("moves.moved", { name: fullName(to) }));
    onMoved("appointment_id" in done ? done.appointment_id : done.id);
  };
  const back = (): void => {
    choose(null);
    aim(null);
  };
  const another = <Button onClick={back}>{t("moves.another")}</Button>;
  return (
    <Sheet title={t("moves.note-title")} onClose={onClose}>
      <div class={styles.stack}>
        {!client && (
          <>
            <p>{t("moves.note-ask")}</p>
            <ClientPicker recent={recentClients(loaded(), RECENT).map(({ id }) => id)} onPick={choose} />
          </>
        )}
        {client && !target && <Slots client={client} saved={saved} aim={aim} />}
        {client && !target && another}
        {client && target && (
          <WhyForm label={t("moves.move")} work={(reason) => move(client, target, reason)} cancel={another}>
            <p>{t("moves.chosen", { name: fullName(client) })}</p>
            <p>{target === "whole" ? t("moves.whole") : target.words}</p>
          </WhyForm>
        )}
      </div>
    </Sheet>
  );
}

/** The note as the server holds it, once it holds every word that was typed here. */
async function settled(note: OpenNote, saved: Note): Promise<Note> {
  if (saved.status !== "draft") return saved;
  await note.flush();
  const now = note.server.peek();
  if (note.state.peek().kind !== "saved" || !now) throw new Problem(409, "unsaved");
  return now;
}

const whole = async (current: Note, to: Person, reason: string) =>
  moveAppointment(await readAppointment(current.appointment_id), to.id, reason);

interface SlotsProps {
  client: Person;
  saved: Note;
  aim: (target: Target) => void;
}

function Slots({ client, saved, aim }: SlotsProps) {
  const { data, problem, again } = useRead({
    queryKey: ["appointments", "without-note", client.id],
    queryFn: () =>
      withoutNote(
        client.id,
        now()
          .add({ hours: 24 * AHEAD })
          .toString(),
      ),
  });
  if (!data) return problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={4} />;
  const isTheirs = client.id === saved.client_id;
  return (
    <>
      <p>{t(data.length > 0 ? "moves.which" : "moves.no-slots")}</p>
      {!isTheirs && (
        <Button kind="primary" onClick={() => aim("whole")}>
          {t("moves.whole")}
        </Button>
      )}
      <ul class={styles.slots}>
        {data.map((slot) => (
          <li key={slot.id}>
            <button
              type="button"
              class={styles.slot}
              onClick={() => aim({ id: slot.id, words: whenOf(slot) })}
            >
              {whenOf(slot)}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

const whenOf = (slot: { scheduled_start: string; scheduled_end: string }): string =>
  `${longDay(inZone(slot.scheduled_start).toPlainDate())}, ${timeRange(slot.scheduled_start, slot.scheduled_end)}`;
