import { shortDay, time, weekday } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inZone, today } from "../core/zone.ts";

/** The day as people say it. */
export function dayWords(day: Temporal.PlainDate): string {
  const away = today().until(day, { largestUnit: "day" }).days;
  if (away === 0) return t("ui.today");
  if (away === 1) return t("today.tomorrow");
  if (away === -1) return t("today.yesterday");
  return `${weekday(day)} ${shortDay(day)}`;
}

/** Tomorrow, 10:00 */
export const when = (instant: string): string =>
  t("today.when", { day: dayWords(inZone(instant).toPlainDate()), time: time(instant) });

/** Where the calendar shows one appointment. */
export const inCalendar = (slot: { id: string; scheduled_start: string }): string =>
  `/app/calendar?day=${inZone(slot.scheduled_start).toPlainDate()}&open=${slot.id}`;

/** Where the note of an appointment is written. */
export const notePage = (appointmentId: string): string => `/app/notes/${appointmentId}`;

export const clientPage = (id: string): string => `/app/clients/${id}`;
