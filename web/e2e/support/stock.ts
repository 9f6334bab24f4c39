import type { Made, Person } from "./people.ts";

const FIRST = [
  "רות",
  "יוסף",
  "מאיה",
  "אבישג",
  "דניאל",
  "נועם",
  "תמר",
  "אילן",
  "שירה",
  "בועז",
  "Maya",
  "Daniel",
];
const LAST = [
  "לוי",
  "כהן",
  "חדד",
  "בן־עמי",
  "מזרחי",
  "פרץ",
  "אזולאי",
  "שטרן",
  "גולן",
  "ברק",
  "Stern",
  "O'Neill",
];
const TOGETHER = 24;

/** Run all, a few at a time. */
export async function inTurns<T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) made[at] = await make(at);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  return made;
}

/** So many invented people, numbered in their phones: 050-1000000 and on. */
export const manyClients = (owner: Person, count: number): Promise<Made[]> =>
  inTurns(count, (at) =>
    owner.post("/clients", {
      first_name: FIRST[at % FIRST.length],
      last_name: `${LAST[Math.floor(at / FIRST.length) % LAST.length]} ${Math.floor(at / 144) || ""}`.trim(),
      phone: `050-${1_000_000 + at}`,
      tags: at % 10 === 0 ? ["ילדים"] : [],
    }),
  );

export interface Booked {
  id: string;
  version: number;
  scheduled_start: string;
  scheduled_end: string;
  client_id: string;
  status: string;
}

export interface Booking {
  client: Made;
  start: string;
  minutes?: number;
  more?: Record<string, unknown>;
}

/** An appointment at an instant. */
export const book = (
  person: Person,
  { client, start, minutes = 50, more = {} }: Booking,
): Promise<Made & Booked> =>
  person.post("/appointments", {
    client_id: client.id,
    scheduled_start: new Date(start).toISOString(),
    scheduled_end: new Date(Date.parse(start) + minutes * 60_000).toISOString(),
    ...more,
  });

export const aClient = (person: Person, first_name = "רות", last_name = "לוי", more = {}): Promise<Made> =>
  person.post("/clients", { first_name, last_name, ...more });
