import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { today, zone } from "../core/zone.ts";
import { Button } from "../ui/Button.tsx";
import { Empty, Notice } from "../ui/States.tsx";
import { printTimeline } from "./data.ts";
import { Filters } from "./Filters.tsx";
import { Pages } from "./Pages.tsx";
import { askedOf, type Filter } from "./rules.ts";
import styles from "./Timeline.module.css";

interface Props {
  clientId: string;
  /** A note's text, read when it is opened. */
  noteOf: (sessionId: string) => ComponentChildren;
  /** What to do while nothing has happened yet. */
  next: ComponentChildren;
}

/** All that happened with a client, newest first. */
export function Timeline({ clientId, noteOf, next }: Props) {
  const [filter, setFilter] = useState<Filter>({ kinds: [], span: "all" });
  const asked = askedOf(filter, today(), zone.value);
  const print = useAction(() => printTimeline(clientId, asked));
  const isAll = filter.kinds.length === 0 && filter.span === "all";
  return (
    <section class={styles.timeline} aria-labelledby="timeline">
      <header class={styles.head}>
        <h2 id="timeline">{t("timeline.title")}</h2>
        <Button kind="quiet" icon="note" isBusy={print.isRunning} onClick={() => void print.run()}>
          {t("timeline.print")}
        </Button>
      </header>
      {print.problem && <Notice tone="danger">{wordsOf(print.problem)}</Notice>}
      <Filters filter={filter} change={setFilter} />
      <Pages
        key={JSON.stringify(asked)}
        clientId={clientId}
        asked={asked}
        noteOf={noteOf}
        nothing={
          <Empty action={isAll && next}>
            {isAll ? t("timeline.nothing-yet") : t("timeline.nothing-here")}
          </Empty>
        }
      />
    </section>
  );
}
