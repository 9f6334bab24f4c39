import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { dismiss, type Toast, toasts } from "../core/toasts.ts";
import styles from "./Toasts.module.css";

const STAYS = 8000;

/** What was said lately. A toast stays while the pointer or the focus is on it. */
export function Toasts() {
  return (
    <div class={styles.stack} role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <One key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function One({ toast }: { toast: Toast }) {
  const [isHeld, hold] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(() => dismiss(toast.id), toast.stays ?? STAYS);
    return () => clearTimeout(timer);
  }, [isHeld, toast.id, toast.text]);
  const act = (run: () => void, isUndo: boolean) => () => {
    dismiss(toast.id, isUndo);
    run();
  };
  return (
    <div
      ref={box}
      class={styles.toast}
      data-kind={toast.kind}
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
      onFocusIn={() => hold(true)}
      onFocusOut={() => hold(false)}
    >
      <p>{toast.text}</p>
      {toast.action && (
        <button type="button" onClick={act(toast.action.run, true)}>
          {toast.action.label}
        </button>
      )}
      {toast.more && (
        <button type="button" onClick={act(toast.more.run, false)}>
          {toast.more.label}
        </button>
      )}
      <button type="button" aria-label={t("ui.close")} onClick={() => dismiss(toast.id)}>
        ✕
      </button>
    </div>
  );
}
