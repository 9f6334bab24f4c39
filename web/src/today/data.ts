import { useEffect, useState } from "preact/hooks";
import { api, body } from "../api/client.ts";
import { useRead } from "../api/queries.ts";
import { windowOf, zone } from "../core/zone.ts";
import { isPacked, orPacked, type Packed, pack, packedWithin } from "../vault/pack.ts";
import { type Asked, NEAR, nearQuery, PAGE, type Viewer, whose } from "./near.ts";
import type { Slot } from "./rules.ts";

export interface Page<T> {
  items: T[];
  total: number;
  next_cursor: string | null;
}

const FAR = 15; // a reminder goes out 14 days ahead at most, so no answer is known for later ones
const PAGES = 10;

export interface Wanted {
  day: Temporal.PlainDate;
  /** Whose; null for the whole practice. */
  therapist: string | null;
}

export async function readPage(query: Asked): Promise<Page<Slot>> {
  return (await body(api.GET("/api/v1/appointments", { params: { query } }))) as Page<Slot>;
}

/** A whole window: one request unless a large practice fills more than a page. */
async function readWindow(query: Asked): Promise<Slot[]> {
  const found: Slot[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < PAGES; pages++) {
    const page: Page<Slot> = await readPage(cursor === null ? query : { ...query, cursor });
    found.push(...page.items);
    cursor = page.next_cursor;
    if (cursor === null) break;
  }
  return found;
}

/** Today, tomorrow and the day after. */
export function useNear(viewer: Viewer, day: Temporal.PlainDate): Packed<Slot[]> {
  const query = nearQuery(viewer, day, zone.value);
  const read = useRead({
    queryKey: ["appointments", { today: "near", ...query }],
    queryFn: () => readWindow(query),
  });
  return orPacked(read, (pack) => packedWithin(pack, windowOf(day, NEAR)));
}

/** The days after those, as far as an answer or a lost reminder can be known. */
export function useFar(wanted: Wanted, enabled: boolean): Packed<Slot[]> {
  const days = windowOf(wanted.day.add({ days: NEAR }), FAR - NEAR);
  const read = useRead({
    queryKey: ["appointments", { today: "far", day: wanted.day.toString(), therapist: wanted.therapist }],
    queryFn: () =>
      readWindow({
        ...days,
        ...whose(wanted.therapist),
        include: "client,reminder",
        limit: PAGE,
      }),
    enabled,
  });
  return orPacked(read, (pack) => packedWithin(pack, days));
}

/** Whether all of a day lies on this device: without a connection nothing is said of others. */
export const liesHere = (day: Temporal.PlainDate): boolean =>
  pack.value !== null && isPacked(pack.value, windowOf(day));

/** Whether the server has said that there are no clients; undefined until it has. It is asked once: what was begun meanwhile stays. */
export function useNobody(mayBe: boolean): boolean | undefined {
  const [isNobody, say] = useState<boolean>();
  useEffect(() => {
    if (!mayBe || isNobody) return;
    const asked = body(api.GET("/api/v1/clients", { params: { query: { limit: 1 } } }));
    void asked.then(
      ({ total }) => say(total === 0),
      () => say(false),
    );
  }, [mayBe]);
  return mayBe ? isNobody : false;
}

/** Who treats here, by id; read only where several people's appointments stand side by side. */
export function useTherapists(enabled: boolean): ReadonlyMap<string, string> | null {
  const { data } = useRead({
    queryKey: ["members"],
    queryFn: () => body(api.GET("/api/v1/members", { params: { query: { limit: 100 } } })),
    enabled,
  });
  return enabled && data ? new Map(data.items.map((user) => [user.id, user.full_name])) : null;
}
