import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure, Skeleton } from "../ui/States.tsx";
import styles from "./attachments.module.css";
import { type Attached, remove, save, useContent } from "./data.ts";
import { FileName } from "./FileName.tsx";
import { fileName } from "./rules.ts";
import { Thumb, useAddress } from "./Thumb.tsx";
import { refusal, removedWords, sizeWords } from "./words.ts";

interface Props {
  file: Attached;
  isDraft: boolean;
  hide: (id: string) => void;
  show: (id: string) => void;
}

const isPicture = ({ content_type }: Attached): boolean => content_type !== "application/pdf";

/** A file that is attached: its preview, and what can be done with it. */
export function AttachedRow({ file, isDraft, hide, show }: Props) {
  const [isOpen, open] = useState(false);
  const preview = useContent(file, "preview", file.preview_size !== null && file.lost_at === null);
  const saving = useAction(() => save(file));
  const removing = (): void => {
    hide(file.id);
    remove(file, () => show(file.id));
  };
  return (
    <li>
      <div class={styles.row}>
        <Thumb bytes={preview.data} />
        <Named file={file} onOpen={isPicture(file) ? () => open(true) : () => void saving.run()} />
        <IconButton
          icon="save"
          label={t("attachments.save", { name: file.filename })}
          isBusy={saving.isRunning}
          disabled={!isOnline.value || file.lost_at !== null}
          onClick={() => void saving.run()}
        />
        {isDraft && (
          <IconButton
            icon="close"
            label={t("attachments.remove", { name: file.filename })}
            disabled={!isOnline.value}
            onClick={removing}
          />
        )}
      </div>
      {saving.problem && <Failure words={refusal(saving.problem)} />}
      {isOpen && <Whole file={file} onClose={() => open(false)} />}
    </li>
  );
}

function Named({ file, onOpen }: { file: Attached; onOpen: () => void }) {
  return (
    <div class={styles.named}>
      <Button kind="quiet" disabled={!isOnline.value || file.lost_at !== null} onClick={onOpen}>
        <FileName of={file.filename} />
      </Button>
      <span class={styles.meta}>{file.lost_at ? t("attachments.lost") : sizeWords(file.file_size)}</span>
      <span class={styles.meta}>{removedWords(file)}</span>
    </div>
  );
}

/** The picture as it was attached. */
function Whole({ file, onClose }: { file: Attached; onClose: () => void }) {
  const { data, problem, again } = useContent(file, "original");
  const address = useAddress(data);
  return (
    <Sheet title={fileName(file.filename)} onClose={onClose}>
      {problem && <Failure words={refusal(problem)} again={again} />}
      {!address && !problem && <Skeleton rows={3} />}
      {address && <img class={styles.whole} src={address} alt={file.filename} />}
    </Sheet>
  );
}
