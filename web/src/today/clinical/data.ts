import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem, wordsOf } from "../../api/problems.ts";
import { type Read, useRead } from "../../api/queries.ts";
import { now } from "../../core/clock.ts";
import { say } from "../../core/toasts.ts";
import { orPacked } from "../../vault/pack.ts";
import { type Page, readPage, type Wanted } from "../data.ts";
import { whose } from "../near.ts";
import { noteDue, type Slot } from "../rules.ts";
import { FIRST } from "../waiting.ts";

/** Appointments of the past without a final note, the latest first. */
export function readUnwritten(therapist: string | null, limit: number, cursor?: string): Promise<Page<Slot>> {
  return readPage({
    needs_note: true,
    ...whose(therapist),
    include: "client,note",
    order: "desc",
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
}

export function useUnwritten({ day, therapist }: Wanted): Read<Page<Slot>> {
  const read = useRead({
    queryKey: ["appointments", { today: "unwritten", day: day.toString(), therapist }],
    queryFn: () => readUnwritten(therapist, FIRST),
  });
  return orPacked(read, ({ appointments }) => {
    const items = appointments.filter((slot) => noteDue(slot, now().epochMilliseconds)).reverse();
    return { items, total: items.length, next_cursor: null };
  });
}

const MORE = 50;

interface More<T> {
  rows: T[];
  more: () => void;
}

/** The first page's rows, and those that somebody asked for after it. */
export function useMore<T>(
  first: Read<Page<T>>,
  readNext: (cursor: string, limit: number) => Promise<Page<T>>,
): More<T> {
  const [further, setFurther] = useState<{ rows: T[]; cursor: string | null } | null>(null);
  const isReading = useRef(false);
  useEffect(() => setFurther(null), [first.readAt]);
  const cursor = further ? further.cursor : (first.data?.next_cursor ?? null);
  const more = async (): Promise<void> => {
    if (cursor === null || isReading.current) return;
    isReading.current = true;
    try {
      const page = await readNext(cursor, MORE);
      setFurther({ rows: [...(further?.rows ?? []), ...page.items], cursor: page.next_cursor });
    } catch (error) {
      say(wordsOf(asProblem(error)), { kind: "problem" });
    } finally {
      isReading.current = false;
    }
  };
  return { rows: [...(first.data?.items ?? []), ...(further?.rows ?? [])], more: () => void more() };
}
