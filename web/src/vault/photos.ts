// Pictures and files of notes that wait to be uploaded.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Problem } from "../api/problems.ts";

export interface Photo {
  id: string;
  clientSessionId: string;
  name: string;
  type: string;
  size: number;
  /** 0 to 1 while it is sent. */
  progress: number | null;
  problem: Problem | null;
}

export const photos: ReadonlySignal<readonly Photo[]> = signal([]);

interface Given {
  clientSessionId: string;
  name: string;
  type: string;
  bytes: Blob;
}
const all = photos as unknown as { value: readonly Photo[] };
const bytesOf = new Map<string, Blob>();

/** Resolves once it lies here; its id is the `client_attachment_id`. */
export function queuePhoto({ clientSessionId, name, type, bytes }: Given): Promise<string> {
  const id = crypto.randomUUID();
  bytesOf.set(id, bytes);
  all.value = [
    ...all.value,
    { id, clientSessionId, name, type, size: bytes.size, progress: null, problem: null },
  ];
  return Promise.resolve(id);
}

export const photoBytes = (id: string): Promise<Blob | null> => Promise.resolve(bytesOf.get(id) ?? null);

export async function dropPhoto(id: string): Promise<void> {
  bytesOf.delete(id);
  all.value = all.value.filter((one) => one.id !== id);
}
