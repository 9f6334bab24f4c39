import { openPractice, type Person } from "../e2e/support/people.ts";
import { aClient, book } from "../e2e/support/stock.ts";

const MINUTE = 60_000;
const NAMES = [
  ["רות", "בן־עמי"],
  ["יוסף", "חדד"],
  ["Maya", "Stern"],
  ["אבישג", "לוי"],
  ["Daniel", "O'Neill"],
  ["נועם", "פרץ"],
] as const;
const HOURS = [-180, -120, -20, 40, 100, 160, 220, 24 * 60, 25 * 60, 26 * 60];

/** A therapist's ordinary day: three hours over or going on, four to come, three tomorrow. */
export async function ordinaryDay(): Promise<Person> {
  const owner = await openPractice();
  const people = [];
  for (const [first, last] of NAMES)
    people.push(await aClient(owner, first, last, { phone: "050-555-0101" }));
  for (const [at, minutes] of HOURS.entries()) {
    const client = people[at % people.length];
    if (client) await book(owner, { client, start: new Date(Date.now() + minutes * MINUTE).toISOString() });
  }
  return owner;
}
