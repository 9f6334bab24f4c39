import { type Client, typedDay } from "../clients/form.ts";
import { LABELS } from "../clients/labels.ts";
import { dayOf } from "../core/format.ts";
import { ltr, t } from "../core/i18n.ts";
import { Chip } from "../ui/Chip.tsx";
import { Fold } from "../ui/Fold.tsx";
import styles from "./ClientPage.module.css";

/** What is known of the person; an assistant's answer has no tags and no clinical notes. */
export function Details({ client }: { client: Client }) {
  const { tags, notes } = client;
  const facts: [string, string | null][] = [
    [t(LABELS.date_of_birth), client.date_of_birth && ltr(typedDay(client.date_of_birth))],
    [t(LABELS.address), client.address],
    [t("clientpage.consent"), client.consent_given_at && dayOf(client.consent_given_at)],
    [
      t(LABELS.locale),
      client.locale && (client.locale === "he" ? t("clients.in-hebrew") : t("clients.in-english")),
    ],
    [t(LABELS.timezone), client.timezone && ltr(client.timezone)],
    [t("clientpage.since"), dayOf(client.created_at)],
  ];
  return (
    <Fold title={t("clientpage.details")} isShown>
      {tags && tags.length > 0 && (
        <p class={styles.tags}>
          {tags.map((tag) => (
            <Chip key={tag}>
              <bdi>{tag}</bdi>
            </Chip>
          ))}
        </p>
      )}
      <dl class={styles.facts}>
        {facts.map(([label, value]) => value && <Fact key={label} label={label} value={value} />)}
        {notes && (
          <div>
            <dt>{t("clients.notes")}</dt>
            <dd dir="auto">{notes}</dd>
          </div>
        )}
      </dl>
    </Fold>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}
