import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import styles from "./attachments.module.css";
import { ACCEPTED } from "./rules.ts";

interface Props {
  add: (files: readonly File[]) => Promise<void>;
  /** How many are being prepared. */
  left: number;
}

const hasCamera = (): boolean => matchMedia("(pointer: coarse)").matches;

/** By camera, by choice, by dropping or by pasting. */
export function Adding({ add, left }: Props) {
  const [isOver, over] = useState(false);
  usePasting(add);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    over(false);
    void add([...(event.dataTransfer?.files ?? [])]);
  };
  const hover = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    over(true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way more; its buttons are the way by keyboard
    <div
      class={styles.adding}
      data-over={isOver || undefined}
      onDragOver={hover}
      onDragLeave={() => over(false)}
      onDrop={drop}
    >
      <div class={styles.ways}>
        {hasCamera() && (
          <Pick
            icon="camera"
            label={t("attachments.camera")}
            add={add}
            accept="image/*"
            capture="environment"
          />
        )}
        <Pick icon="clip" label={t("attachments.choose")} add={add} accept={ACCEPTED} multiple />
      </div>
      <p class={styles.meta}>{t("attachments.what-is-taken")}</p>
      <p class={styles.meta} role="status">
        {left > 0 && t("attachments.preparing", { count: left })}
      </p>
    </div>
  );
}

interface PickProps {
  icon: "camera" | "clip";
  label: string;
  add: Props["add"];
  accept: string;
  capture?: "environment";
  multiple?: boolean;
}

function Pick({ icon, label, add, ...native }: PickProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon={icon} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        {...native}
        onChange={({ currentTarget }) => {
          void add([...(currentTarget.files ?? [])]);
          currentTarget.value = ""; // the same file can be chosen again
        }}
      />
    </>
  );
}

/** A picture from the clipboard; what is pasted with text goes where the text goes. */
function usePasting(add: Props["add"]): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const data = event.clipboardData;
      if (!data || data.files.length === 0 || data.types.includes("text/plain")) return;
      event.preventDefault();
      void add([...data.files]);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  });
}
