import { t } from "../core/i18n.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { Notice } from "../ui/States.tsx";
import styles from "./conflicts.module.css";
import { useMembers } from "./data.ts";
import { Preview } from "./Result.tsx";
import { textsOf, type View } from "./rules.ts";
import { byWords } from "./Sides.tsx";
import { resolutionWords } from "./words.ts";

/** What was decided, and the device's text, which stays readable. */
export function Decided({ view }: { view: View }) {
  const members = useMembers();
  return (
    <>
      {view.resolution && view.resolved_at && (
        <Notice tone="info">
          {resolutionWords(view.resolution)} {byWords(members, view.resolved_by, view.resolved_at)}
        </Notice>
      )}
      <section class={styles.result}>
        <h2>{t("conflicts.what-device-had")}</h2>
        <p class={styles.meta}>{byWords(members, view.sent_by, view.updated_at_client)}</p>
        <Preview texts={textsOf(view)} />
      </section>
      {view.server && (
        <section class={styles.result}>
          <h2>{t("conflicts.note-now")}</h2>
          <p class={styles.meta}>{byWords(members, view.server.saved_by, view.server.updated_at)}</p>
          <Preview texts={textsOf(view.server)} />
        </section>
      )}
      <div class={styles.foot}>
        {view.server && view.server.status !== "archived" && (
          <ButtonLink kind="primary" icon="note" href={`/app/notes/${view.server.appointment_id}`}>
            {t("conflicts.to-note")}
          </ButtonLink>
        )}
        {view.client_id && (
          <ButtonLink href={`/app/clients/${view.client_id}`}>{t("conflicts.to-client")}</ButtonLink>
        )}
        <ButtonLink href="/app/conflicts">{t("conflicts.to-list")}</ButtonLink>
      </div>
    </>
  );
}
