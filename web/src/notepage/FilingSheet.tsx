import { useState } from "preact/hooks";
import { me } from "../accounts/data.ts";
import { type Problem, wordsOf } from "../api/problems.ts";
import { type Appointment, useWindow } from "../appointments/data.ts";
import { nameOf } from "../appointments/rules.ts";
import { now } from "../core/clock.ts";
import { longDay, timeRange } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inZone, today, windowOf } from "../core/zone.ts";
import { Button } from "../ui/Button.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure, Skeleton } from "../ui/States.tsx";
import { BookNow } from "./BookNow.tsx";
import styles from "./NotePage.module.css";
import { candidates } from "./rules.ts";

interface Props {
  file: (appointmentId: string) => Promise<void>;
  problem: Problem | null;
  onClose: () => void;
}

const BACK = 3;

/** To which appointment a note belongs: one of these days, or one that is booked now. */
export default function FilingSheet({ file, problem, onClose }: Props) {
  const [isBooking, book] = useState(false);
  return (
    <Sheet title={t("notepage.choose")} onClose={onClose}>
      <div class={styles.stack}>
        {problem && <Failure words={wordsOf(problem)} />}
        {isBooking ? (
          <BookNow onBooked={(id) => void file(id)} />
        ) : (
          <>
            <Button icon="plus" onClick={() => book(true)}>
              {t("notepage.walked-in")}
            </Button>
            <Candidates file={file} />
          </>
        )}
      </div>
    </Sheet>
  );
}

function Candidates({ file }: Pick<Props, "file">) {
  const window = windowOf(today().subtract({ days: BACK }), BACK + 2);
  const therapist = me.value?.user.id ?? null;
  const { data, problem, again } = useWindow({ ...window, therapist, parts: "client,note" });
  if (!data) return problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={4} />;
  const slots = candidates(data, now().epochMilliseconds);
  if (slots.length === 0) return <p>{t("notepage.no-candidates")}</p>;
  return (
    <ul class={styles.slots}>
      {slots.map((slot) => (
        <li key={slot.id}>
          <button type="button" class={styles.slot} onClick={() => void file(slot.id)}>
            <Slot slot={slot} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Slot({ slot }: { slot: Appointment }) {
  return (
    <>
      <bdi>{nameOf(slot.client)}</bdi>
      <small>
        {longDay(inZone(slot.scheduled_start).toPlainDate())},{" "}
        {timeRange(slot.scheduled_start, slot.scheduled_end)}
      </small>
    </>
  );
}
