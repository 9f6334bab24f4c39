import { inZone, today } from "../core/zone.ts";

/** The calendar with the client chosen for a new appointment. */
export const bookingOf = (clientId: string): string => `/app/calendar?day=${today()}&book=${clientId}`;

/** Where the calendar shows one appointment. */
export const inCalendar = (slot: { id: string; scheduled_start: string }): string =>
  `/app/calendar?day=${inZone(slot.scheduled_start).toPlainDate()}&open=${slot.id}`;
