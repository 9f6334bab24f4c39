import { useState } from "preact/hooks";
import { wordsOf } from "../api/problems.ts";
import type { Read } from "../api/queries.ts";
import { useDirectory } from "../clients/index.ts";
import { fullName } from "../clients/rules.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { useTitle } from "../core/title.ts";
import { useConflicts } from "../sessions/data.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Choice } from "../ui/Choice.tsx";
import { Empty, Failure, Notice, Skeleton } from "../ui/States.tsx";
import styles from "./conflicts.module.css";
import { useDecided, useMembers } from "./data.ts";
import { byNote, type Chain, type Summary } from "./rules.ts";
import { byWords } from "./Sides.tsx";
import { fieldWords, reasonWords, resolutionWords } from "./words.ts";

type Shown = "open" | "resolved";

/** What waits for a decision, and what was decided. */
export default function Conflicts() {
  useTitle(t("conflicts.title"));
  const [shown, show] = useState<Shown>("open");
  const open = useConflicts();
  const decided = useDecided(shown === "resolved");
  const options = [
    { value: "open" as const, label: t("conflicts.open") },
    { value: "resolved" as const, label: t("conflicts.resolved") },
  ];
  return (
    <article class={styles.page}>
      <h1>{t("conflicts.title")}</h1>
      <p class={styles.meta}>{t("conflicts.nothing-deleted")}</p>
      {!isOnline.value && <Notice tone="warn">{t("conflicts.offline")}</Notice>}
      <Choice label={t("conflicts.which")} options={options} value={shown} onChange={show} />
      <List key={shown} read={shown === "open" ? open : decided} isOpen={shown === "open"} />
    </article>
  );
}

interface ListProps {
  read: Read<{ items: Summary[]; total: number }>;
  isOpen: boolean;
}

function List({ read: { data, problem, again }, isOpen }: ListProps) {
  const notes = data ? byNote(data.items, isOpen) : [];
  return (
    <>
      {problem && <Failure words={wordsOf(problem)} again={again} />}
      {!data && !problem && <Skeleton rows={4} />}
      {data && notes.length === 0 && <Nothing />}
      <ul class={styles.list}>
        {notes.map((rows) => (
          <Note key={rows[0]?.head.id} rows={rows} />
        ))}
      </ul>
      {data && data.total > data.items.length && (
        <p class={styles.meta}>{t("conflicts.newest-only", { count: data.items.length })}</p>
      )}
    </>
  );
}

const Nothing = () => (
  <Empty action={<ButtonLink href="/app/">{t("ui.to-today")}</ButtonLink>}>{t("conflicts.none")}</Empty>
);

/** The texts about one note. */
function Note({ rows }: { rows: Chain[] }) {
  const person = useDirectory().data?.person(rows.find(({ head }) => head.client_id)?.head.client_id ?? "");
  return (
    <li>
      <h2>{person ? <bdi>{fullName(person)}</bdi> : t("conflicts.unknown-client")}</h2>
      <ul>
        {rows.map((row) => (
          <Row key={row.head.id} row={row} />
        ))}
      </ul>
    </li>
  );
}

function Row({ row: { head, repeats } }: { row: Chain }) {
  const members = useMembers();
  return (
    <li class={styles.row}>
      <div>
        <p>
          <Chip tone={head.resolution ? "plain" : "danger"} icon={head.resolution ? "check" : "flag"}>
            {head.resolution ? resolutionWords(head.resolution) : reasonWords(head.reason)}
          </Chip>
        </p>
        <p>{byWords(members, head.sent_by, head.updated_at_client)}</p>
        <p class={styles.meta}>
          {head.fields.map(fieldWords).join(" · ")}
          {repeats.length > 0 && ` · ${t("conflicts.repeats", { count: repeats.length })}`}
        </p>
      </div>
      <ButtonLink kind={head.resolution ? "plain" : "primary"} href={`/app/conflicts/${head.id}`}>
        {t(head.resolution ? "conflicts.read" : "conflicts.decide")}
      </ButtonLink>
    </li>
  );
}
