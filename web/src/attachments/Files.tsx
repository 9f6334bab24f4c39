import { useEffect, useRef, useState } from "preact/hooks";
import { wordsOf } from "../api/problems.ts";
import { refresh } from "../api/queries.ts";
import { t } from "../core/i18n.ts";
import { Failure, Notice, Skeleton } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";
import { type Photo, photos } from "../vault/photos.ts";
import { Adding } from "./Adding.tsx";
import { AttachedRow } from "./AttachedRow.tsx";
import { useAdding } from "./adding.ts";
import styles from "./attachments.module.css";
import { useAttached } from "./data.ts";
import { FileName } from "./FileName.tsx";
import { QueuedRow } from "./QueuedRow.tsx";

/** The files of a note: those that are attached, those on their way, and ways to add one while it is a draft. */
export function Files({ note }: { note: OpenNote }) {
  const server = note.server.value;
  const sessionId = server?.id ?? null;
  const isDraft = server === null || server.status === "draft";
  const { add, left, refused } = useAdding(note.clientSessionId);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const read = useAttached(sessionId);
  const queued = useQueued(note, sessionId);
  const hide = (id: string) => setHidden((all) => new Set([...all, id]));
  const show = (id: string) => setHidden((all) => new Set([...all].filter((one) => one !== id)));
  const attached = (read.data ?? []).filter(({ id }) => !hidden.has(id));
  const waiting = queued.filter(({ id }) => !hidden.has(id));
  const isEmpty = attached.length + waiting.length === 0;
  return (
    <div class={styles.files}>
      {isDraft && <Adding add={add} left={left} />}
      {refused.map(({ name, words }, at) => (
        <Notice key={at} tone="danger">
          <FileName of={name} />: {words}
        </Notice>
      ))}
      {read.problem && <Failure words={wordsOf(read.problem)} again={read.again} />}
      {read.isLoading && <Skeleton rows={1} />}
      {isEmpty && !read.isLoading && !read.problem && <p class={styles.meta}>{t("attachments.none")}</p>}
      <ul class={styles.list}>
        {attached.map((file) => (
          <AttachedRow key={file.id} file={file} isDraft={isDraft} hide={hide} show={show} />
        ))}
        {waiting.map((photo) => (
          <QueuedRow key={photo.id} photo={photo} sessionId={sessionId} hide={hide} show={show} />
        ))}
      </ul>
      {!isDraft && <p class={styles.meta}>{t("attachments.final")}</p>}
    </div>
  );
}

/** What waits for this note, whatever ids it had; when something has left, the list is read again. */
function useQueued(note: OpenNote, sessionId: string | null): readonly Photo[] {
  const ids = useRef(new Set<string>());
  ids.current.add(note.clientSessionId);
  const own = photos.value.filter(({ clientSessionId }) => ids.current.has(clientSessionId));
  const before = useRef(own.length);
  useEffect(() => {
    if (own.length < before.current) void refresh("attachments", sessionId);
    before.current = own.length;
  }, [own.length]);
  return own;
}
