import type { Schemas } from "../api/client.ts";
import type { PlainKey } from "../core/i18n.ts";
import { t } from "../core/i18n.ts";

type State = Schemas["ReminderState"];
type Reason = NonNullable<State["reason"]>;

const ADDRESS: ReadonlySet<Reason | null> = new Set(["address-refused", "address-bounced"]);
const LOST: Partial<Record<Reason, PlainKey>> = {
  "server-unavailable": "reminders.lost.server",
  "refused-for-now": "reminders.lost.server",
  refused: "reminders.lost.refused",
  "mailbox-full": "reminders.lost.full",
  undeliverable: "reminders.lost.came-back",
  "came-back": "reminders.lost.came-back",
  unknown: "reminders.lost.unknown",
};

/** Whether the client's address has to be mended before any mail arrives. */
export const needsAddress = ({ reason }: State): boolean => ADDRESS.has(reason);

/** Why a mail about an appointment did not arrive. */
export function lostWords(state: State): string {
  if (needsAddress(state)) return t("reminders.lost.address");
  return t((state.reason && LOST[state.reason]) || "reminders.lost.other");
}
