import type { ComponentChildren } from "preact";
import type { Read } from "../../api/queries.ts";
import { isOnline } from "../../core/online.ts";
import { readPlansToReview, usePlansToReview } from "../../plans/data.ts";
import { chains } from "../../sessions/chains.ts";
import { useConflicts } from "../../sessions/data.ts";
import type { Page, Wanted } from "../data.ts";
import type { Slot } from "../rules.ts";
import { Trouble } from "../Trouble.tsx";
import { type Group, Waiting } from "../Waiting.tsx";
import { FIRST, notesNow } from "../waiting.ts";
import { readUnwritten, useMore, useUnwritten } from "./data.ts";
import { onThisDevice } from "./device.tsx";
import { type NameOf, namesIn } from "./names.ts";
import { ConflictRow, NoteRow, PlanRow } from "./rows.tsx";

export interface Props {
  wanted: Wanted;
  me: string;
  /** The appointments of these days, and of those to come. */
  near: readonly Slot[];
  far: readonly Slot[];
  now: number;
  /** What waits at the desk. */
  office: readonly Group[];
  isLoading: boolean;
  children: ComponentChildren;
}

/** The queue with what only those who treat may know. */
export default function ClinicalWaiting({ wanted, me, near, far, now, office, isLoading, children }: Props) {
  const unwritten = useUnwritten(wanted);
  const conflicts = useConflicts();
  const plans = usePlansToReview(FIRST);
  const slots = [...near, ...far, ...(unwritten.data?.items ?? [])];
  const nameOf = namesIn(slots);
  const groups = [
    ...office,
    useNotes(unwritten, wanted.therapist, near, now),
    decisions(conflicts, wanted.therapist === null ? null : me, nameOf),
    ...onThisDevice(slots),
    usePlans(plans, nameOf),
  ];
  const reads = [unwritten, conflicts, plans];
  const isAwaited = isOnline.value && (isLoading || reads.some((read) => !read.data && !read.problem));
  return (
    <div>
      <Trouble reads={reads} />
      <Waiting groups={groups} isLoading={isAwaited}>
        {reads.every((read) => read.data) && children}
      </Waiting>
    </div>
  );
}

function useNotes(
  read: Read<Page<Slot>>,
  therapist: string | null,
  near: readonly Slot[],
  now: number,
): Group {
  const { rows, more } = useMore(read, (cursor, limit) => readUnwritten(therapist, limit, cursor));
  const found = notesNow({ rows, total: read.data?.total ?? 0 }, read.readAt, near, now);
  return {
    kind: "notes",
    total: read.data ? found.total : 0,
    rows: found.rows.map((slot) => <NoteRow key={slot.id} slot={slot} />),
    more,
  };
}

/** One's own, or all; few enough to come whole. What a device sent again is one row. */
function decisions(read: ReturnType<typeof useConflicts>, author: string | null, nameOf: NameOf): Group {
  const all = read.data?.items ?? [];
  const rows = author === null ? all : all.filter((conflict) => conflict.sent_by === author);
  const heads = chains(rows).map(({ head }) => head);
  return {
    kind: "decisions",
    total: heads.length,
    rows: heads.map((conflict) => <ConflictRow key={conflict.id} conflict={conflict} nameOf={nameOf} />),
  };
}

function usePlans(read: ReturnType<typeof usePlansToReview>, nameOf: NameOf): Group {
  const { rows, more } = useMore(read, (cursor, limit) => readPlansToReview(limit, cursor));
  return {
    kind: "plans",
    total: read.data?.total ?? 0,
    rows: rows.map((plan) => <PlanRow key={plan.id} plan={plan} nameOf={nameOf} />),
    more,
  };
}
