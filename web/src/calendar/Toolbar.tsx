import type { Member } from "../appointments/data.ts";
import { dayRange, longDay, month } from "../core/format.ts";
import { type PlainKey, t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { deviceZone, today, zone } from "../core/zone.ts";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { hrefOf, type Place, stepped, VIEWS, type View } from "./place.ts";
import styles from "./Toolbar.module.css";

interface Props {
  place: Place;
  days: Temporal.PlainDate[];
  go: (to: Partial<Place>) => void;
  therapists: Member[];
  /** Whose calendar is shown; null is everybody's. */
  who: string | null;
  showsCancelled: boolean;
  showCancelled: (shown: boolean) => void;
  book: () => void;
}

const VIEW_WORDS: Record<View, PlainKey> = {
  day: "calendar.view-day",
  days: "calendar.view-days",
  week: "calendar.view-week",
  month: "calendar.view-month",
};

export function Toolbar(props: Props) {
  const { place, days } = props;
  return (
    <header class={styles.bar}>
      <h1 class={styles.title}>{titleOf(place, days)}</h1>
      <nav class={styles.steps} aria-label={t("calendar.go-to")}>
        <ButtonLink
          kind="quiet"
          icon="previous"
          href={hrefOf(stepped(place, -1))}
          aria-label={t("calendar.earlier")}
          title={t("calendar.earlier")}
        />
        <ButtonLink href={hrefOf({ ...place, open: null, day: today() })}>{t("ui.today")}</ButtonLink>
        <ButtonLink
          kind="quiet"
          icon="next"
          href={hrefOf(stepped(place, 1))}
          aria-label={t("calendar.later")}
          title={t("calendar.later")}
        />
      </nav>
      <Views place={place} />
      <Button kind="primary" icon="plus" onClick={props.book} aria-disabled={!isOnline.value || undefined}>
        {t("calendar.book-short")}
      </Button>
      <Filters {...props} />
    </header>
  );
}

function titleOf({ view, day }: Place, days: Temporal.PlainDate[]): string {
  if (view === "day") return longDay(day);
  if (view === "month") return month(day);
  return dayRange(days[0] as Temporal.PlainDate, days.at(-1) as Temporal.PlainDate);
}

function Views({ place }: { place: Place }) {
  return (
    <nav class={styles.views} aria-label={t("calendar.views")}>
      {VIEWS.map((view) => (
        <a
          key={view}
          href={hrefOf({ ...place, view, open: null })}
          aria-current={view === place.view ? "true" : undefined}
        >
          {t(VIEW_WORDS[view])}
        </a>
      ))}
    </nav>
  );
}

function Filters({ therapists, who, go, showsCancelled, showCancelled }: Props) {
  return (
    <div class={styles.filters}>
      {therapists.length > 1 && (
        <select
          aria-label={t("calendar.therapist")}
          value={who ?? "all"}
          onChange={(event) => go({ who: event.currentTarget.value })}
        >
          <option value="all">{t("calendar.all-therapists")}</option>
          {therapists.map(({ id, full_name }) => (
            <option key={id} value={id}>
              {full_name}
            </option>
          ))}
        </select>
      )}
      <label>
        <input
          type="checkbox"
          checked={showsCancelled}
          onChange={(event) => showCancelled(event.currentTarget.checked)}
        />
        {t("calendar.show-cancelled")}
      </label>
      {deviceZone() !== zone.value && (
        <p>{t("calendar.zones", { practice: cityOf(zone.value), device: cityOf(deviceZone()) })}</p>
      )}
    </div>
  );
}

export const cityOf = (name: string): string => (name.split("/").pop() ?? name).replaceAll("_", " ");
