import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { shortDay, time, weekday } from "../core/format.ts";
import type { PlainKey } from "../core/i18n.ts";
import { t } from "../core/i18n.ts";
import { inZone } from "../core/zone.ts";
import { Button } from "../ui/Button.tsx";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { type Event, type EventType, type Kind, kindOf } from "./rules.ts";
import styles from "./Timeline.module.css";

const WORDS: Record<EventType, PlainKey> = {
  appointment_scheduled: "timeline.appointment-scheduled",
  appointment_completed: "timeline.appointment-completed",
  appointment_cancelled: "timeline.appointment-cancelled",
  appointment_no_show: "timeline.appointment-no-show",
  session: "timeline.session",
  session_finalized: "timeline.session-finalized",
  session_amended: "timeline.session-amended",
  plan_created: "timeline.plan-created",
  plan_updated: "timeline.plan-updated",
  plan_completed: "timeline.plan-completed",
  plan_discontinued: "timeline.plan-discontinued",
  milestone_achieved: "timeline.milestone-achieved",
  moved_here: "timeline.moved-here",
  moved_away: "timeline.moved-away",
  merged_here: "timeline.merged-here",
  merged_away: "timeline.merged-away",
};
const ICON: Record<Kind, IconName> = {
  appointments: "calendar",
  notes: "note",
  plans: "flag",
  milestones: "check",
  moves: "move",
};

interface Props {
  event: Event;
  noteOf: (sessionId: string) => ComponentChildren;
}

export function EventRow({ event, noteOf }: Props) {
  const [isOpen, open] = useState(false);
  const kind = kindOf(event.event_type);
  const session = event.session_id;
  const title = session ? event.subject : event.title; // that it is a note stands before it
  return (
    <li class={styles.event} data-kind={kind} data-type={event.event_type}>
      <span class={styles.mark}>
        <Icon name={ICON[kind]} size={16} />
      </span>
      <div class={styles.what}>
        <p class={styles.line}>
          <b>{t(WORDS[event.event_type])}</b>
          {title && <bdi class={styles.title}>{title}</bdi>}
          <time class={styles.when} dateTime={event.event_date}>
            {whenOf(event)}
          </time>
        </p>
        {event.description && !isOpen && (
          <p class={styles.text} dir="auto">
            {event.description}
          </p>
        )}
        {session && (
          <Opener isOpen={isOpen} open={open}>
            {noteOf(session)}
          </Opener>
        )}
      </div>
    </li>
  );
}

interface OpenerProps {
  isOpen: boolean;
  open: (isOpen: boolean) => void;
  children: ComponentChildren;
}

/** Each opening reads the note, and is recorded as a reading of it. */
function Opener({ isOpen, open, children }: OpenerProps) {
  const id = useId();
  return (
    <>
      <div class={styles.opener}>
        <Button
          kind="quiet"
          icon={isOpen ? "close" : "down"}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => open(!isOpen)}
        >
          {isOpen ? t("timeline.close-note") : t("timeline.open-note")}
        </Button>
      </div>
      <div id={id}>{isOpen && children}</div>
    </>
  );
}

/** A milestone is reached on a day, the rest at an hour. */
function whenOf({ event_type, event_date }: Event): string {
  const day = inZone(event_date).toPlainDate();
  const words = `${weekday(day)} ${shortDay(day)}`;
  return event_type === "milestone_achieved"
    ? words
    : t("timeline.when", { day: words, time: time(event_date) });
}
