import { longDay, shortDay, timeRange, weekday } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inZone } from "../core/zone.ts";

/** Sunday, 29 November, 10:00–10:50 */
export const whenOf = (slot: { scheduled_start: string; scheduled_end: string }): string =>
  t("clientpage.when", {
    day: longDay(inZone(slot.scheduled_start).toPlainDate()),
    time: timeRange(slot.scheduled_start, slot.scheduled_end),
  });

/** Sun 29 Nov, 10:00–10:50 */
export function shortlyWhen(slot: { scheduled_start: string; scheduled_end: string }): string {
  const day = inZone(slot.scheduled_start).toPlainDate();
  return t("clientpage.when", {
    day: `${weekday(day)} ${shortDay(day)}`,
    time: timeRange(slot.scheduled_start, slot.scheduled_end),
  });
}
