import { wordsOf } from "../api/problems.ts";
import type { Read } from "../api/queries.ts";
import { AnswerChip } from "../appointments/AnswerChip.tsx";
import type { PlainKey } from "../core/i18n.ts";
import { t } from "../core/i18n.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Fold } from "../ui/Fold.tsx";
import { Empty, Failure, Skeleton } from "../ui/States.tsx";
import styles from "./ClientPage.module.css";
import { type Appointment, usePast } from "./data.ts";
import { bookingOf, inCalendar } from "./links.ts";
import { shortlyWhen } from "./words.ts";

type Found = Read<{ items: Appointment[]; total: number }>;

export function Upcoming({ read, clientId, canBook }: { read: Found; clientId: string; canBook: boolean }) {
  const book = canBook && (
    <ButtonLink icon="plus" href={bookingOf(clientId)}>
      {t("clientpage.book")}
    </ButtonLink>
  );
  return (
    <Fold title={t("clientpage.upcoming", { count: read.data?.total ?? 0 })} isShown>
      <Slots read={read} />
      {read.data?.total === 0 && <Empty action={book}>{t("clientpage.none-upcoming")}</Empty>}
    </Fold>
  );
}

/** What was before, for those who see no history. */
export function PastAppointments({ clientId }: { clientId: string }) {
  const read = usePast(clientId);
  return (
    <section class={styles.past}>
      <h2>{t("clientpage.past")}</h2>
      <Slots read={read} />
      {read.data?.total === 0 && <Empty>{t("clientpage.none-past")}</Empty>}
    </section>
  );
}

function Slots({ read: { data, problem, again } }: { read: Found }) {
  if (!data) return problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={2} />;
  return (
    <ul class={styles.slots}>
      {data.items.map((slot) => (
        <li key={slot.id}>
          <a href={inCalendar(slot)}>{shortlyWhen(slot)}</a>
          {slot.service_name && <bdi class={styles.muted}>{slot.service_name}</bdi>}
          <State slot={slot} />
        </li>
      ))}
    </ul>
  );
}

const ENDED: Record<string, PlainKey> = {
  completed: "clientpage.completed",
  cancelled: "clientpage.cancelled",
  no_show: "clientpage.no-show",
};

function State({ slot }: { slot: Appointment }) {
  const ended = ENDED[slot.status];
  if (ended) return <Chip>{t(ended)}</Chip>;
  return <AnswerChip answer={slot.client_response} wasReminded={slot.reminder?.status === "sent"} />;
}
