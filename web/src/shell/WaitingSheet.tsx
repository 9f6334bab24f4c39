import { readMe } from "../accounts/data.ts";
import { useAction } from "../api/action.ts";
import { isOnItsOwn } from "../api/gate.ts";
import { wordsOf } from "../api/problems.ts";
import { loaded } from "../appointments/data.ts";
import { nameOf } from "../appointments/rules.ts";
import { dayOf, time } from "../core/format.ts";
import { ltr, type PlainKey, t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure, Notice } from "../ui/States.tsx";
import { pack } from "../vault/pack.ts";
import { sendNow, type Waiting, waiting } from "../vault/waiting.ts";
import styles from "./WaitingSheet.module.css";

/** What the server does not have yet, each with its way to it. */
export default function WaitingSheet({ onClose }: { onClose: () => void }) {
  const sending = useAction(async () => {
    if (!isOnline.peek() || isOnItsOwn.peek()) await readMe(); // perhaps the server is back, and nobody has asked
    await sendNow();
  });
  const all = waiting.value;
  return (
    <Sheet title={t("shell.waiting")} onClose={onClose}>
      <div class={styles.stack}>
        {all.length === 0 && <p>{t("shell.nothing-waits")}</p>}
        <ul class={styles.list}>
          {all.map((one) => (
            <Row key={`${one.kind} ${one.clientSessionId} ${one.since}`} one={one} onOpen={onClose} />
          ))}
        </ul>
        {sending.problem && <Failure words={wordsOf(sending.problem)} />}
        {all.length > 0 && !isOnline.value && <Notice tone="warn">{t("shell.sent-later")}</Notice>}
        {all.length > 0 && (
          <Button kind="primary" isBusy={sending.isRunning} onClick={() => void sending.run()}>
            {t("shell.send-now")}
          </Button>
        )}
      </div>
    </Sheet>
  );
}

const STATES: Record<Waiting["state"], PlainKey> = {
  saved: "shell.saving",
  saving: "shell.saving",
  "on-device": "shell.state-on-device",
  "window-only": "shell.state-window-only",
  decision: "shell.needs-decision",
  refused: "shell.not-accepted",
  elsewhere: "shell.state-elsewhere",
};

function Row({ one, onOpen }: { one: Waiting; onOpen: () => void }) {
  const isUrgent = one.state === "decision" || one.state === "refused" || one.state === "window-only";
  return (
    <li class={styles.row}>
      <div>
        <a href={hrefOf(one)} onClick={onOpen}>
          <bdi>{whose(one) ?? t(one.kind === "photo" ? "shell.photo" : "shell.note")}</bdi>
        </a>
        <p class={styles.meta}>{t("shell.typed-at", { day: dayOf(at(one)), time: ltr(time(one.since)) })}</p>
      </div>
      <Chip tone={isUrgent ? "danger" : "plain"}>{t(STATES[one.state])}</Chip>
    </li>
  );
}

function hrefOf({ state, appointmentId, clientSessionId }: Waiting): string {
  if (state === "decision") return "/app/conflicts";
  return appointmentId ? `/app/notes/${appointmentId}` : `/app/notes/unfiled/${clientSessionId}`;
}

const at = ({ since }: Waiting): string => new Date(since).toISOString();

/** The client's name, if the appointment is at hand; nothing is read for it. */
function whose({ appointmentId }: Waiting): string | null {
  const known =
    loaded().find(({ id }) => id === appointmentId) ??
    pack.value?.appointments.find(({ id }) => id === appointmentId);
  return known?.client ? nameOf(known.client) : null;
}
