import type { PlainKey } from "../core/i18n.ts";
import { t } from "../core/i18n.ts";
import { type Filter, KINDS, type Kind, type Span, toggled } from "./rules.ts";
import styles from "./Timeline.module.css";

const KIND: Record<Kind, PlainKey> = {
  appointments: "timeline.appointments",
  notes: "timeline.notes",
  plans: "timeline.plans",
  milestones: "timeline.milestones",
  moves: "timeline.moves",
};
const SPAN: Record<Span, PlainKey> = {
  all: "timeline.all-time",
  year: "timeline.last-year",
  quarter: "timeline.last-quarter",
};

export function Filters({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
  return (
    <fieldset class={styles.filters} aria-label={t("timeline.filter")}>
      <button
        type="button"
        class={styles.kind}
        aria-pressed={filter.kinds.length === 0}
        onClick={() => change({ ...filter, kinds: [] })}
      >
        {t("timeline.everything")}
      </button>
      {KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          class={styles.kind}
          aria-pressed={filter.kinds.includes(kind)}
          onClick={() => change({ ...filter, kinds: toggled(filter.kinds, kind) })}
        >
          {t(KIND[kind])}
        </button>
      ))}
      <select
        class={styles.kind}
        aria-label={t("timeline.period")}
        value={filter.span}
        onChange={(event) => change({ ...filter, span: event.currentTarget.value as Span })}
      >
        {Object.entries(SPAN).map(([span, words]) => (
          <option key={span} value={span}>
            {t(words)}
          </option>
        ))}
      </select>
    </fieldset>
  );
}
