import { Calendar } from "fullcalendar";
import dayGrid from "fullcalendar/daygrid";
import interaction from "fullcalendar/interaction";
import classic from "fullcalendar/themes/classic";
import timeGrid from "fullcalendar/timegrid";
import "fullcalendar/skeleton.css";
import "fullcalendar/themes/classic/theme.css";
import "fullcalendar/themes/classic/palette.css";
import { month } from "./data.js";

const calendar = new Calendar(document.getElementById("calendar"), {
  plugins: [dayGrid, timeGrid, interaction, classic],
  initialView: "timeGridWeek",
  initialDate: "2027-01-04",
  direction: "rtl",
  height: 800,
  editable: true,
  dayMaxEvents: true,
  slotMinTime: "06:00:00",
  events: month.map(({ id, ...event }) => ({ ...event, className: id })),
});
calendar.render();
window.go = {
  week: () => calendar.changeView("timeGridWeek", "2027-01-04"),
  other: () => calendar.changeView("timeGridWeek", "2027-01-11"),
  month: () => calendar.changeView("dayGridMonth", "2027-01-04"),
};
