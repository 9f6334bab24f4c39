import { api, body, type Schemas } from "../api/client.ts";
import { asProblem, wordsOf } from "../api/problems.ts";
import { type Read, refresh, useRead } from "../api/queries.ts";
import { download } from "../core/download.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { dropPhoto, type Photo, photoBytes } from "../vault/photos.ts";
import { fileName } from "./rules.ts";

export type Attached = Schemas["Attachment"];

const path = (file: Attached) => ({ session_id: file.session_id, attachment_id: file.id });

/** The files of a note that is on the server. */
export const useAttached = (sessionId: string | null): Read<Attached[]> =>
  useRead({
    queryKey: ["attachments", sessionId],
    enabled: sessionId !== null,
    queryFn: () => readAttached(sessionId ?? ""),
  });

async function readAttached(session_id: string): Promise<Attached[]> {
  const found: Attached[] = [];
  let cursor: string | null | undefined;
  do {
    const params = { path: { session_id }, query: { limit: 100, ...(cursor && { cursor }) } };
    const page = await body(api.GET("/api/v1/sessions/{session_id}/attachments", { params }));
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

/** What is shown of a file, from our own origin, in memory only. */
export const useContent = (file: Attached, variant: "preview" | "original", isAsked = true): Read<Blob> =>
  useRead({
    queryKey: ["attachments", file.session_id, file.id, variant],
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY, // a file never changes, and each reading is recorded
    queryFn: () => readContent(file, variant),
  });

function readContent(file: Attached, variant: "preview" | "original"): Promise<Blob> {
  const answer = api.GET("/api/v1/sessions/{session_id}/attachments/{attachment_id}/content", {
    params: { path: path(file), query: { variant } },
    parseAs: "blob",
  });
  return body(answer as Promise<{ data?: Blob }>);
}

/** To the device's own folder of downloads. */
export const save = async (file: Attached): Promise<void> =>
  download(await readContent(file, "original"), file.filename);

export async function saveQueued(photo: Photo): Promise<void> {
  const bytes = await photoBytes(photo.id);
  if (bytes) download(bytes, photo.name);
}

/** Taken off the note once the undo is gone; `show` brings it back into view. */
export function remove(file: Attached, show: () => void): void {
  const undo = { label: t("ui.undo"), run: show };
  say(t("attachments.removed", { name: fileName(file.filename) }), {
    action: undo,
    after: () => removeNow(file, show),
  });
}

async function removeNow(file: Attached, show: () => void): Promise<void> {
  try {
    const params = { path: path(file) };
    await api.DELETE("/api/v1/sessions/{session_id}/attachments/{attachment_id}", {
      params,
      keepalive: true,
    });
  } catch (error) {
    show();
    say(wordsOf(asProblem(error)), { kind: "problem" });
  }
  await refresh("attachments", file.session_id);
}

/** A file that waits is dropped once the undo is gone, also if it went out meanwhile. */
export function removeQueued(photo: Photo, sessionId: string | null, show: () => void): void {
  const undo = { label: t("ui.undo"), run: show };
  say(t("attachments.removed", { name: fileName(photo.name) }), {
    action: undo,
    after: () => dropNow(photo, sessionId, show),
  });
}

async function dropNow({ id }: Photo, sessionId: string | null, show: () => void): Promise<void> {
  await dropPhoto(id);
  if (!sessionId) return;
  const sent = (await readAttached(sessionId).catch(() => [])).find((one) => one.client_attachment_id === id);
  if (sent) await removeNow(sent, show);
}
