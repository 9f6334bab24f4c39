import { useEffect, useState } from "preact/hooks";
import { me, role } from "../accounts/data.ts";
import { api, body } from "../api/client.ts";
import { asProblem, wordsOf } from "../api/problems.ts";
import { useRead } from "../api/queries.ts";
import { AppointmentSheet } from "../appointments/AppointmentSheet.tsx";
import { type Appointment, change, type Member, restore, useAppointment } from "../appointments/data.ts";
import { backTo } from "../appointments/form.ts";
import { mailWords } from "../appointments/mails.ts";
import { nameOf, STATE_WORDS, stateOf } from "../appointments/rules.ts";
import { now } from "../core/clock.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { say } from "../core/toasts.ts";
import { inZone } from "../core/zone.ts";
import { later } from "../ui/later.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure, Skeleton } from "../ui/States.tsx";
import { move, refused, tell, warn } from "./moving.ts";
import type { Place } from "./place.ts";

const OtherClient = later(() => import("./OtherClient.tsx"));

interface Props {
  id: string;
  items: readonly Appointment[] | undefined;
  therapists: Member[];
  go: (to: Partial<Place>, replace?: boolean) => void;
  onClose: () => void;
}

/** The sheet of the appointment in the address. */
export function Opened({ id, items, therapists, go, onClose }: Props) {
  const item = items?.find((one) => one.id === id);
  const [isOthers, ask] = useState(false);
  if (!item) return <Elsewhere id={id} isMissing={items !== undefined} go={go} onClose={onClose} />;
  const show = (other: string): void => go({ open: other });
  if (isOthers) return <OtherClient item={item} show={show} onClose={() => ask(false)} />;
  return (
    <AppointmentSheet
      key={id}
      item={item}
      therapists={therapists}
      isAssistant={me.value?.user.role === "assistant"}
      mayWrite={isOnline.value}
      mails={<Mails of={item} />}
      onOther={maySay(item) ? () => ask(true) : null}
      show={show}
      onClose={onClose}
      onMove={(start) => void move(item, { start, end: start + (item.end - item.start) }, show)}
      onChanged={(saved, was) => changed(saved, was, show)}
      onRemoved={() => {
        onClose();
        say(t("calendar.removed", { name: nameOf(item.client) }), {
          action: { label: t("ui.undo"), run: () => void back(item, show) },
        });
      }}
    />
  );
}

/** Whose appointment it is, an owner says, or who treats there. */
const maySay = ({ therapist_id }: Appointment): boolean =>
  role.value === "owner" || (role.value === "therapist" && me.value?.user.id === therapist_id);

const back = (item: Appointment, show: (id: string) => void): Promise<unknown> =>
  restore(item).then(
    (saved) => warn(saved, show),
    (error) => refused(item, asProblem(error), show),
  );

function changed(saved: Appointment, was: Appointment, show: (id: string) => void): void {
  warn(saved, show);
  if (saved.start !== was.start) {
    tell(saved, was, show);
    return;
  }
  const state = t(STATE_WORDS[stateOf(saved, now().epochMilliseconds)]);
  const name = nameOf(saved.client);
  const words =
    saved.status === was.status ? t("calendar.saved", { name }) : t("calendar.now", { name, state });
  const undo = (): void =>
    void change(saved, backTo(was, saved)).catch((error) => refused(saved, asProblem(error), show));
  say(words, { action: { label: t("ui.undo"), run: undo } });
}

/** One that lies in other weeks than those shown: go to its day, or say that it is gone. */
function Elsewhere({
  id,
  isMissing,
  go,
  onClose,
}: Pick<Props, "id" | "go" | "onClose"> & { isMissing: boolean }) {
  const { data, problem, again } = useAppointment(isMissing ? id : null);
  useEffect(() => {
    if (data) go({ day: inZone(data.scheduled_start).toPlainDate(), who: data.therapist_id }, true);
  }, [data]);
  return (
    <Sheet title={t("appointments.title")} onClose={onClose}>
      {problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={3} />}
    </Sheet>
  );
}

function Mails({ of: { id, version } }: { of: Appointment }) {
  const params = { path: { appointment_id: id } };
  const { data, problem } = useRead({
    queryKey: ["reminders", "of", id, version],
    queryFn: () => body(api.GET("/api/v1/appointments/{appointment_id}/reminders", { params })),
  });
  if (problem) return <>{wordsOf(problem)}</>;
  if (!data) return <>{t(isOnline.value ? "ui.loading" : "problem.offline")}</>;
  if (data.items.length === 0) return <>{t("appointments.no-mails")}</>;
  return (
    <ul>
      {data.items.map((mail) => (
        <li key={`${mail.kind}${mail.due_at}`}>{mailWords(mail)}</li>
      ))}
    </ul>
  );
}
