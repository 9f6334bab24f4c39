import { createCalendar, DayGrid, Interaction, TimeGrid } from "@event-calendar/core";
import "@event-calendar/core/index.css";
import { month } from "./data.js";

const calendar = createCalendar(document.getElementById("calendar"), [TimeGrid, DayGrid, Interaction], {
  view: "timeGridWeek",
  date: "2027-01-04",
  height: "800px",
  editable: true,
  dayMaxEvents: true,
  slotMinTime: "06:00:00",
  events: month.map(({ id, ...event }) => ({ ...event, id, classNames: [id] })),
});
const show = (view, date) => calendar.setOption("date", date).setOption("view", view);
window.go = {
  week: () => show("timeGridWeek", "2027-01-04"),
  other: () => show("timeGridWeek", "2027-01-11"),
  month: () => show("dayGridMonth", "2027-01-04"),
};
