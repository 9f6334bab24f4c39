import type { ComponentChildren } from "preact";
import { longDay, timeRange } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inZone } from "../core/zone.ts";
import type { Note } from "../sessions/data.ts";
import { Icon } from "../ui/Icon.tsx";
import type { About } from "./about.ts";
import styles from "./NotePage.module.css";

interface Props {
  about: About | null;
  isUnfiled: boolean;
  server: Note | null;
  names: ReadonlyMap<string, string>;
  children: ComponentChildren;
}

/** Whose note it is, and of when; on paper too. */
export function Head({ about, isUnfiled, server, names, children }: Props) {
  return (
    <header class={styles.head}>
      <div class={styles.ways}>
        {about && (
          <a class={styles.back} href={`/app/clients/${about.client_id}`}>
            <Icon name="previous" size={18} />
            {t("notepage.to-client")}
          </a>
        )}
        {children}
      </div>
      <h1>
        {about ? (
          <bdi>
            {about.client.first_name} {about.client.last_name}
          </bdi>
        ) : (
          t(isUnfiled ? "notepage.unfiled" : "notepage.title")
        )}
      </h1>
      {about && (
        <p class={styles.when}>
          {longDay(inZone(about.scheduled_start).toPlainDate())},{" "}
          {timeRange(about.scheduled_start, about.scheduled_end)}
          {about.service_name && (
            <>
              {" · "}
              <bdi>{about.service_name}</bdi>
            </>
          )}
        </p>
      )}
      {server?.finalized_at && (
        <Finalized at={server.finalized_at} by={names.get(server.finalized_by ?? "")} />
      )}
    </header>
  );
}

function Finalized({ at, by }: { at: string; by: string | undefined }) {
  const day = longDay(inZone(at).toPlainDate());
  return (
    <p class={styles.when}>
      <Icon name="lock" size={16} />{" "}
      {by ? t("notepage.finalized-by", { day, name: by }) : t("notepage.finalized", { day })}
    </p>
  );
}
