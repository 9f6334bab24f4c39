// The same month for everybody: 500 appointments of 40 minutes, sixteen or seventeen a day from seven o'clock.
const NAMES = ["רות בן־עמי", "יוסף חדד", "Maya Stern", "אבישג לוי", "Daniel O'Neill", "נועם פרץ"];
const pad = (number) => String(number).padStart(2, "0");

export const COUNT = 500;
const DAYS = 31;

/** Local hours, as the practice reads them. */
export const month = Array.from({ length: COUNT }, (_, at) => {
  const day = (at % DAYS) + 1;
  const minutes = 7 * 60 + Math.floor(at / DAYS) * 45;
  const clock = (time) => `2027-01-${pad(day)}T${pad(Math.floor(time / 60))}:${pad(time % 60)}:00`;
  return { id: `e${at}`, title: NAMES[at % NAMES.length], start: clock(minutes), end: clock(minutes + 40) };
});
