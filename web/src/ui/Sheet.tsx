import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { IconButton } from "./Button.tsx";
import styles from "./Sheet.module.css";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog: at the bottom on a phone, in the middle elsewhere. Focus goes back to what opened it. */
export function Sheet({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => opener?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={styles.sheet}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === dialog.current && onClose()}
    >
      <header class={styles.head}>
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={t("ui.close")} onClick={onClose} />
      </header>
      <div class={styles.body}>{children}</div>
    </dialog>
  );
}
