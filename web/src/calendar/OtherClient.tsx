import { useState } from "preact/hooks";
import { type Appointment, loaded } from "../appointments/data.ts";
import { isOpen, recentClients } from "../appointments/rules.ts";
import { ClientPicker } from "../clients/ClientPicker.tsx";
import { fullName, type Person } from "../clients/rules.ts";
import { now } from "../core/clock.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { moveAppointment } from "../moves/data.ts";
import { WhyForm } from "../moves/WhyForm.tsx";
import { Button } from "../ui/Button.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Notice } from "../ui/States.tsx";

interface Props {
  item: Appointment;
  show: (id: string) => void;
  onClose: () => void;
}

const RECENT = 6;

/** The appointment was booked for somebody else than it is for. */
export default function OtherClient({ item, show, onClose }: Props) {
  const [client, choose] = useState<Person | null>(null);
  const isToCome = isOpen(item) && item.start > now().epochMilliseconds;
  const move = async (to: Person, reason: string): Promise<void> => {
    const moved = await moveAppointment(item, to.id, reason);
    onClose();
    show(moved.id);
    say(t("moves.moved", { name: fullName(to) }));
  };
  return (
    <Sheet title={t("moves.appointment-title")} onClose={onClose}>
      {client ? (
        <WhyForm
          label={t("moves.move")}
          work={(reason) => move(client, reason)}
          cancel={<Button onClick={() => choose(null)}>{t("moves.another")}</Button>}
        >
          <p>{t("moves.chosen", { name: fullName(client) })}</p>
          {isToCome && <Notice>{t("moves.to-come")}</Notice>}
        </WhyForm>
      ) : (
        <>
          <p>{t("moves.appointment-ask")}</p>
          <ClientPicker recent={recentOthers(item)} onPick={choose} />
        </>
      )}
    </Sheet>
  );
}

const recentOthers = (item: Appointment): string[] =>
  recentClients(loaded(), RECENT + 1)
    .map(({ id }) => id)
    .filter((id) => id !== item.client_id);
