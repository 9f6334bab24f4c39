import { useEffect, useRef, useState } from "preact/hooks";
import { locale, longDay, month, weekday } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inlineStep } from "../core/keys.ts";
import { direction } from "../core/language.ts";
import { monthWeeks } from "../core/week.ts";
import { today } from "../core/zone.ts";
import { IconButton } from "./Button.tsx";
import styles from "./DateField.module.css";

interface Props {
  day: Temporal.PlainDate;
  onPick: (day: Temporal.PlainDate) => void;
  onClose: () => void;
}

/** A month's days to pick one from; arrows go by day and week, Page Up and Down by month. */
export function MonthGrid({ day, onPick, onClose }: Props) {
  const [at, go] = useState(day);
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus(), [at.toString()]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = keyed(event, at);
    if (event.code === "Escape") onClose();
    else if (next) go(next);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class={styles.month}>
      <div class={styles.head}>
        <IconButton icon="previous" label={t("ui.earlier")} onClick={() => go(at.subtract({ months: 1 }))} />
        <b aria-live="polite">{month(at)}</b>
        <IconButton icon="next" label={t("ui.later")} onClick={() => go(at.add({ months: 1 }))} />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the buttons within */}
      <div class={styles.grid} ref={grid} onKeyDown={onKeyDown}>
        <Days at={at} chosen={day} onPick={onPick} />
      </div>
    </div>
  );
}

function Days({
  at,
  chosen,
  onPick,
}: {
  at: Temporal.PlainDate;
  chosen: Temporal.PlainDate;
  onPick: Props["onPick"];
}) {
  const days = monthWeeks(at);
  return (
    <>
      {days.slice(0, 7).map((one) => (
        <span key={one.dayOfWeek} aria-hidden="true">
          {weekday(one, "narrow")}
        </span>
      ))}
      {days.map((one) => (
        <button
          key={one.toString()}
          type="button"
          tabIndex={one.equals(at) ? 0 : -1}
          aria-label={longDay(one)}
          aria-pressed={one.equals(chosen)}
          aria-current={one.equals(today()) ? "date" : undefined}
          data-outside={one.month !== at.month || undefined}
          onClick={() => onPick(one)}
        >
          {one.day.toLocaleString(locale())}
        </button>
      ))}
    </>
  );
}

const BY_KEY: Record<string, Temporal.DurationLike> = {
  ArrowUp: { weeks: -1 },
  ArrowDown: { weeks: 1 },
  PageUp: { months: -1 },
  PageDown: { months: 1 },
};

function keyed(event: KeyboardEvent, at: Temporal.PlainDate): Temporal.PlainDate | null {
  const along = inlineStep(event, direction() === "rtl");
  const step = along ? { days: along } : BY_KEY[event.code];
  return step ? at.add(step) : null;
}
