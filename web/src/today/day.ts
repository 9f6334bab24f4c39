import { signal } from "@preact/signals";
import type { Me } from "../accounts/data.ts";
import { thisMinute } from "../core/clock.ts";
import { zone } from "../core/zone.ts";
import type { Packed } from "../vault/pack.ts";
import { useFar, useNear, useTherapists } from "./data.ts";
import { hasOthers, type Scope, type Slot, scopeOf, within } from "./rules.ts";

/** What an owner chose to see, until the app is closed. */
export const chosenScope = signal<Scope | null>(null);

export interface DayRead {
  day: Temporal.PlainDate;
  now: number;
  scope: Scope;
  /** Own and the whole practice's day differ, and this person may see both. */
  canSwitch: boolean;
  near: readonly Slot[];
  far: readonly Slot[];
  nearRead: Packed<Slot[]>;
  farRead: Packed<Slot[]>;
  /** Names by id, where several people's appointments are shown. */
  therapists: ReadonlyMap<string, string> | null;
}

/** The appointments of these days, drawn anew each minute; a day that ends turns over. */
export function useDay(viewer: Me["user"]): DayRead {
  const instant = thisMinute();
  const day = instant.toZonedDateTimeISO(zone.value).toPlainDate();
  const nearRead = useNear(viewer, day);
  const all = nearRead.data ?? [];
  const scope = scopeOf(viewer, all, chosenScope.value);
  const isKnown = viewer.role !== "owner" || nearRead.data !== undefined;
  const farRead = useFar({ day, therapist: scope === "all" ? null : viewer.id }, isKnown);
  const near = within(scope, viewer, all);
  return {
    day,
    now: instant.epochMilliseconds,
    scope,
    canSwitch: viewer.role === "owner" && hasOthers(viewer, all),
    near,
    far: farRead.data ?? [],
    nearRead,
    farRead,
    therapists: useTherapists(scope === "all" && new Set(near.map((slot) => slot.therapist_id)).size > 1),
  };
}
