// What is certain to be shown, asked for while the app's code is still on its way: who is here, and what Today begins with.
import { cameForNobody } from "./accounts/nobody.ts";
import { standing } from "./accounts/rules.ts";
import { hear } from "./accounts/tabs.ts";
import type { Schemas } from "./api/client.ts";
import { forgetAhead, sendAhead } from "./api/sending.ts";
import { isLeaveDue, isLockDue } from "./core/kept.ts";
import { offsetOf } from "./core/offset.ts";
import { nearQuery } from "./today/near.ts";

/** After so long without an answer one's own device starts from what lies on it. */
const START = 6_000;

/** Nothing is read that would not be shown: each read is an event. A due lock comes before everything. */
export async function askAhead(): Promise<void> {
  if (cameForNobody() || isLockDue.read() || isLeaveDue.read()) return;
  hear(({ kind }) => kind !== "touched" && forgetAhead()); // another tab locked, left or came: what is here is over
  const asking = sendAhead("/api/v1/auth/me", START);
  new Intl.DateTimeFormat(`${document.documentElement.lang}-IL`); // the first one takes long: the line is waited for anyway
  const { response, asked, answered } = await asking;
  if (!response.ok || location.pathname !== "/app/" || !("Temporal" in globalThis)) return;
  const me = (await response.clone().json()) as Schemas["Me"];
  if (standing(me) !== "open" || isLockDue.read() || isLeaveDue.read()) return;
  const ahead = offsetOf(response.headers.get("date"), asked, answered) ?? 0;
  const now = Temporal.Instant.fromEpochMilliseconds(Math.round(Date.now() + ahead));
  const zone = me.workspace.timezone;
  const query = nearQuery(me.user, now.toZonedDateTimeISO(zone).toPlainDate(), zone);
  await sendAhead(`/api/v1/appointments?${new URLSearchParams(query as never)}`);
}
