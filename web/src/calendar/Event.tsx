import { me } from "../accounts/data.ts";
import type { Appointment } from "../appointments/data.ts";
import {
  nameOf,
  needsNote,
  PLACE_ICONS,
  PLACE_WORDS,
  STATE_ICONS,
  STATE_WORDS,
  type State,
  stateOf,
} from "../appointments/rules.ts";
import { timeRange } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { Icon } from "../ui/Icon.tsx";
import type { Axis } from "./axis.ts";
import styles from "./Event.module.css";
import { boxOf } from "./geometry.ts";
import type { Piece } from "./rules.ts";

interface Props {
  piece: Piece<Appointment>;
  axis: Axis;
  days: number;
  /** The day it is drawn in, in words. */
  dayName: string;
  /** Milliseconds since 1970 of now. */
  now: number;
  /** Where Tab comes to; the arrows lead on from there. */
  isFirst: boolean;
  isPicked: boolean;
  open: (id: string) => void;
}

const FILLS = 6;

/** One appointment on the grid: a button that opens it. Its state is an edge, an icon and words, never colour alone. */
export function Event({ piece, axis, days, dayName, now, isFirst, isPicked, open }: Props) {
  const { item } = piece;
  const state = stateOf(item, now);
  const range = timeRange(item.start, item.end);
  const icon = STATE_ICONS[state];
  const lacksNote = me.value?.user.role !== "assistant" && needsNote(item, now);
  return (
    <button
      type="button"
      class={styles.event}
      style={boxOf(piece, axis, days)}
      data-id={item.id}
      data-state={state}
      data-fill={fillOf(item.service_name ?? "")}
      data-short={piece.bottom - piece.top < 35 || undefined}
      aria-label={labelOf(item, range, state, dayName)}
      data-picked={isPicked || undefined}
      tabIndex={isFirst || isPicked ? 0 : -1}
      onClick={() => open(item.id)}
    >
      <span class={styles.name}>
        {icon && <Icon name={icon} size={14} />}
        <bdi>{nameOf(item.client)}</bdi>
      </span>
      <span class={styles.time}>
        <span data-time>{range}</span>
        {item.location_type !== "clinic" && <Icon name={PLACE_ICONS[item.location_type]} size={14} />}
        {lacksNote && <Icon name="note" size={14} />}
      </span>
      {item.service_name && (
        <span class={styles.more}>
          <bdi>{item.service_name}</bdi>
        </span>
      )}
      <span class={styles.handle} data-resize aria-hidden="true" />
    </button>
  );
}

/** Begins with what is seen, in that order. */
function labelOf(item: Appointment, range: string, state: State, day: string): string {
  const seen = [nameOf(item.client), range, item.service_name];
  return [...seen, day, t(STATE_WORDS[state]), t(PLACE_WORDS[item.location_type])].filter(Boolean).join(", ");
}

/** The same service has the same colour, here and tomorrow. */
export function fillOf(text: string): number {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % FILLS;
}
