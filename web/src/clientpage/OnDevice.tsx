import { now } from "../core/clock.ts";
import { time } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { dials } from "../core/phone.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Empty, Notice } from "../ui/States.tsx";
import { type Pack, pack, packedNote } from "../vault/pack.ts";
import styles from "./ClientPage.module.css";
import clinical from "./clinical/clinical.module.css";
import { LastNote, Progress } from "./clinical/Strip.tsx";
import { inCalendar } from "./links.ts";
import { whenOf } from "./words.ts";

/** Without the server: what lies here of a client of these days, and of others that they are not here. */
export default function OnDevice({ id, again }: { id: string; again: () => void }) {
  const found = pack.value;
  const client = found?.clients.find((one) => one.id === id);
  if (!found || !client) {
    return (
      <Empty isPage action={<Button onClick={again}>{t("ui.try-again")}</Button>}>
        {t("clientpage.not-on-device")}
      </Empty>
    );
  }
  return (
    <article class={styles.page}>
      <header class={styles.head}>
        <a class={styles.back} href="/app/clients">
          <Icon name="previous" size={18} />
          {t("clients.title")}
        </a>
        <h1>
          <bdi>
            {client.first_name} {client.last_name}
          </bdi>
        </h1>
        <Contact phone={client.phone} />
        <Next pack={found} clientId={id} />
        <Notice action={<Button onClick={again}>{t("ui.try-again")}</Button>}>
          {t("clientpage.on-device", { time: time(found.as_of) })}
        </Notice>
      </header>
      <div class={styles.glance}>
        <Glance pack={found} clientId={id} />
      </div>
    </article>
  );
}

function Contact({ phone }: { phone: string | null }) {
  if (!phone) return null;
  return (
    <p class={styles.contact}>
      <a href={dials(phone)}>
        <Icon name="phone" size={18} />
        <span dir="ltr">{phone}</span>
      </a>
    </p>
  );
}

interface Props {
  pack: Pack;
  clientId: string;
}

function Next({ pack: { appointments }, clientId }: Props) {
  const from = now().epochMilliseconds;
  const next = appointments.find(
    (one) =>
      one.client_id === clientId && one.status === "scheduled" && Date.parse(one.scheduled_start) >= from,
  );
  if (!next) return null;
  return (
    <p class={styles.next}>
      <b>{t("clientpage.next")}</b>
      <a href={inCalendar(next)}>{whenOf(next)}</a>
    </p>
  );
}

function Glance({ pack: found, clientId }: Props) {
  const note = packedNote(found, clientId);
  return (
    <section class={clinical.strip} aria-label={t("clientpage.at-a-glance")}>
      {found.plans
        .filter((plan) => plan.client_id === clientId)
        .map((plan) => (
          <div key={plan.id} class={clinical.card}>
            <h2 class={clinical.heading}>
              <bdi>{plan.title}</bdi>
            </h2>
            {plan.milestones_total > 0 && (
              <Progress
                label={t("clientpage.milestones")}
                done={plan.milestones_achieved}
                of={plan.milestones_total}
              />
            )}
          </div>
        ))}
      {note && <LastNote note={note} />}
    </section>
  );
}
