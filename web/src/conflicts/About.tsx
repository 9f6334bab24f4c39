import { useAppointment } from "../appointments/data.ts";
import { useDirectory } from "../clients/index.ts";
import { fullName } from "../clients/rules.ts";
import { longDay, timeRange } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inZone } from "../core/zone.ts";
import { Chip } from "../ui/Chip.tsx";
import styles from "./conflicts.module.css";
import type { View } from "./rules.ts";
import { reasonWords, whyWords } from "./words.ts";

/** Whose note it is, of which appointment, and why there is something to decide. */
export function About({ view, repeats }: { view: View; repeats: number }) {
  const person = useDirectory().data?.person(view.client_id ?? "");
  const isOpen = view.resolved_at === null;
  return (
    <header class={styles.about}>
      <h1>{person ? <bdi>{fullName(person)}</bdi> : t("conflicts.one")}</h1>
      {view.reason !== "appointment-missing" && (
        <When id={view.server?.appointment_id ?? view.appointment_id} />
      )}
      <p>
        <Chip tone={isOpen ? "danger" : "plain"} icon={isOpen ? "flag" : "check"}>
          {isOpen ? reasonWords(view.reason) : t("conflicts.is-decided")}
        </Chip>
      </p>
      {isOpen && <p>{whyWords(view.reason)}</p>}
      {isOpen && repeats > 0 && <p class={styles.meta}>{t("conflicts.repeats-go", { count: repeats })}</p>}
    </header>
  );
}

function When({ id }: { id: string }) {
  const { data } = useAppointment(id);
  if (!data) return null;
  const day = longDay(inZone(data.scheduled_start).toPlainDate());
  return (
    <p class={styles.meta}>
      {t("conflicts.when", { day, time: timeRange(data.scheduled_start, data.scheduled_end) })}
    </p>
  );
}
