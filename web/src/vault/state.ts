import { Problem } from "../api/problems.ts";
import { isWaiting } from "./outbox.ts";
import type { NoteRecord } from "./record.ts";
import { saysNothing } from "./texts.ts";

export type SaveState =
  | { kind: "saved"; at: number | null }
  | { kind: "saving" }
  | { kind: "on-device" }
  | { kind: "window-only" }
  | { kind: "decision"; conflictId: string }
  | { kind: "refused"; problem: Problem }
  | { kind: "elsewhere" };

export interface Standing {
  record: NoteRecord;
  /** The disk has exactly this. */
  isOnDisk: boolean;
  /** The disk takes nothing, or there is none. */
  isDiskless: boolean;
  /** It is being sent, or will be in a moment. */
  isBeingSent: boolean;
  isElsewhere: boolean;
}

/** Never more than the disk or the server has said. */
export function stateOf(standing: Standing): SaveState {
  const { record, isOnDisk, isDiskless, isBeingSent } = standing;
  if (standing.isElsewhere) return { kind: "elsewhere" };
  if (!isWaiting(record)) return settled(record);
  if (record.refused) return { kind: "refused", problem: problemOf(record.refused) };
  const isSendable = record.appointmentId !== null;
  if (isBeingSent && isSendable && (isOnDisk || !isDiskless)) return { kind: "saving" };
  if (isOnDisk) return decisionOf(record) ?? { kind: "on-device" };
  if (!isDiskless) return { kind: "saving" };
  return isBeingSent && isSendable ? { kind: "saving" } : { kind: "window-only" };
}

function settled(record: NoteRecord): SaveState {
  const isNew = record.savedAt === null && record.base === null && saysNothing(record.texts);
  return decisionOf(record) ?? { kind: "saved", at: isNew ? null : record.savedAt };
}

function decisionOf({ decision }: NoteRecord): SaveState | null {
  if (decision?.conflictId == null) return null;
  return { kind: "decision", conflictId: decision.conflictId };
}

const problemOf = ({ status, slug, members }: NonNullable<NoteRecord["refused"]>): Problem =>
  new Problem(status, slug, members);
