import { useState } from "preact/hooks";
import { wordsOf } from "../../api/problems.ts";
import { dayOf, time } from "../../core/format.ts";
import { t } from "../../core/i18n.ts";
import { Button } from "../../ui/Button.tsx";
import { Fold } from "../../ui/Fold.tsx";
import { Empty, Failure, Skeleton } from "../../ui/States.tsx";
import styles from "../ClientPage.module.css";
import { didOf, whatOf } from "./actions.ts";
import { useAccess, useMembers } from "./data.ts";

/** Who saw or changed something of the client. Asked for only when it is opened: looking is recorded too. */
export default function WhoLooked({ clientId }: { clientId: string }) {
  return (
    <Fold title={t("clientpage.who-looked")}>
      <Parts clientId={clientId} />
    </Fold>
  );
}

function Parts({ clientId }: { clientId: string }) {
  const [cursors, go] = useState<readonly (string | null)[]>([null]);
  return (
    <>
      {cursors.map((cursor, at) => (
        <Part
          key={cursor}
          clientId={clientId}
          cursor={cursor}
          more={at === cursors.length - 1 ? (next) => go([...cursors, next]) : null}
        />
      ))}
    </>
  );
}

interface PartProps {
  clientId: string;
  cursor: string | null;
  more: ((next: string) => void) | null;
}

function Part({ clientId, cursor, more }: PartProps) {
  const { data, problem, again } = useAccess(clientId, cursor);
  const members = useMembers();
  if (!data) return problem ? <Failure words={wordsOf(problem)} again={again} /> : <Skeleton rows={4} />;
  if (data.total === 0) return <Empty>{t("clientpage.nobody-looked")}</Empty>;
  const next = data.next_cursor;
  const nameOf = (id: string | null): string =>
    (id ? members.data?.get(id) : t("clientpage.the-system")) ?? t("clientpage.a-member");
  return (
    <>
      <ul class={styles.looks}>
        {data.items.map((event) => (
          <li key={event.id}>
            <bdi>{nameOf(event.user_id)}</bdi>
            <span>
              {t(didOf(event.action))} · {t(whatOf(event.entity_type))}
            </span>
            <time dateTime={event.at}>
              {dayOf(event.at)}, {time(event.at)}
            </time>
          </li>
        ))}
      </ul>
      {more && next && <Button onClick={() => more(next)}>{t("clientpage.more")}</Button>}
    </>
  );
}
