import { useEffect, useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { Notice } from "../ui/States.tsx";
import { type Photo, photoBytes, tryAgain } from "../vault/photos.ts";
import styles from "./attachments.module.css";
import { removeQueued, saveQueued } from "./data.ts";
import { FileName } from "./FileName.tsx";
import { Thumb } from "./Thumb.tsx";
import { refusal, sizeWords } from "./words.ts";

interface Props {
  photo: Photo;
  sessionId: string | null;
  hide: (id: string) => void;
  show: (id: string) => void;
}

/** A file on its way: sealed on this device, or in this window's memory, until the server has it. */
export function QueuedRow({ photo, sessionId, hide, show }: Props) {
  const { id, name, type, size, progress, problem } = photo;
  const [bytes, setBytes] = useState<Blob | null>(null);
  useEffect(() => {
    if (type.startsWith("image/")) void photoBytes(id).then(setBytes);
  }, [id]);
  const removing = (): void => {
    hide(id);
    removeQueued(photo, sessionId, () => show(id));
  };
  return (
    <li>
      <div class={styles.row}>
        <Thumb bytes={bytes} />
        <div class={styles.named}>
          <FileName of={name} />
          {progress === null ? (
            <span class={styles.meta}>
              {sizeWords(size)} · {t(isOnline.value ? "attachments.waits" : "attachments.waits-offline")}
            </span>
          ) : (
            <progress value={progress} aria-label={t("attachments.sending", { name })} />
          )}
        </div>
        <IconButton icon="close" label={t("attachments.remove", { name })} onClick={removing} />
      </div>
      {problem && problem.status !== 0 && (
        <Notice
          tone="danger"
          action={
            <span class={styles.ways}>
              <Button onClick={() => tryAgain(id)}>{t("ui.try-again")}</Button>
              <Button icon="save" onClick={() => void saveQueued(photo)}>
                {t("attachments.keep-copy")}
              </Button>
            </span>
          }
        >
          {refusal(problem)}
        </Notice>
      )}
    </li>
  );
}
