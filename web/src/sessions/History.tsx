import { useEffect, useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { dayOf, time } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { later } from "../ui/later.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Empty, Failure, Skeleton } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";
import { FIELDS, type Texts, textsOf } from "../vault/texts.ts";
import { type Note, type Revision, readRevisions } from "./data.ts";
import { restore } from "./restoring.ts";
import styles from "./Sheets.module.css";
import { NAME } from "./words.ts";

const Diff = later(() => import("../ui/Diff.tsx"), <Skeleton rows={2} />);

interface Props {
  note: OpenNote;
  saved: Note;
  /** Names of those who write here, by id. */
  names: ReadonlyMap<string, string>;
  mayRestore: boolean;
  onClose: () => void;
}

/** The texts a note had, each against what it says now. */
export function History({ note, saved, names, mayRestore, onClose }: Props) {
  const { rows, more, isWhole, reading } = useRevisions(saved.id);
  const back = (revision: Revision): void => {
    restore(note, textsOf(revision));
    onClose();
  };
  return (
    <Sheet title={t("sessions.history")} onClose={onClose}>
      <div class={styles.stack}>
        {isWhole && rows.length === 0 && <Empty>{t("sessions.no-history")}</Empty>}
        <ol class={styles.versions}>
          {rows.map((revision) => (
            <Version
              key={revision.id}
              revision={revision}
              name={names.get(revision.author_id ?? "")}
              now={note.texts.value}
              restore={mayRestore ? () => back(revision) : null}
            />
          ))}
        </ol>
        {reading.problem && <Failure words={wordsOf(reading.problem)} again={more} />}
        {reading.isRunning && <Skeleton rows={3} />}
        {!isWhole && !reading.isRunning && rows.length > 0 && (
          <Button icon="down" onClick={more}>
            {t("sessions.earlier-versions")}
          </Button>
        )}
      </div>
    </Sheet>
  );
}

/** Page by page; the first is read at once. */
function useRevisions(id: string) {
  const [rows, setRows] = useState<readonly Revision[]>([]);
  const [cursor, setCursor] = useState<string | null | undefined>(undefined);
  const reading = useAction(async () => {
    const page = await readRevisions(id, cursor ?? null);
    setRows((before) => [...before, ...page.items]);
    setCursor(page.next_cursor);
  });
  const more = (): void => void reading.run();
  useEffect(more, []);
  return { rows, more, isWhole: cursor === null, reading };
}

interface VersionProps {
  revision: Revision;
  name: string | undefined;
  now: Texts;
  restore: (() => void) | null;
}

function Version({ revision, name, now, restore }: VersionProps) {
  const [isOpen, open] = useState(false);
  const when = t("sessions.version", { day: dayOf(revision.saved_at), time: time(revision.saved_at) });
  return (
    <li>
      <div class={styles.version}>
        <span>
          {when}
          {name && (
            <>
              {" · "}
              <bdi>{name}</bdi>
            </>
          )}
        </span>
        <Button
          kind="quiet"
          icon={isOpen ? "close" : "down"}
          aria-expanded={isOpen}
          onClick={() => open(!isOpen)}
        >
          {t("sessions.compare")}
        </Button>
      </div>
      {isOpen && (
        <div class={styles.stack}>
          <Against before={textsOf(revision)} now={now} />
          {restore && (
            <div class={styles.ways}>
              <Button icon="undo" onClick={restore}>
                {t("sessions.restore")}
              </Button>
            </div>
          )}
        </div>
      )}
    </li>
  );
}

/** The fields that say something else now. */
function Against({ before, now }: { before: Texts; now: Texts }) {
  const differing = FIELDS.filter((field) => before[field] !== now[field]);
  if (differing.length === 0) return <p>{t("sessions.same-as-now")}</p>;
  return (
    <>
      {differing.map((field) => (
        <section key={field}>
          <h3>{t(NAME[field])}</h3>
          <Diff before={before[field]} after={now[field]} />
        </section>
      ))}
    </>
  );
}
