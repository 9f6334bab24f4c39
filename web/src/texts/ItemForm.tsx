import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { type Problem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { FormFoot } from "../ui/FormFoot.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure, Notice } from "../ui/States.tsx";
import { useUnsaved } from "../ui/Unsaved.tsx";
import { type Item, remove } from "./data.ts";
import type { Kind } from "./rules.ts";
import styles from "./Texts.module.css";

interface Props<T extends Item, V extends { is_shared: boolean }> {
  kind: Kind;
  title: string;
  old: T | null;
  start: V;
  save: (old: T | null, values: V, key: string) => Promise<void>;
  onClose: () => void;
  fields: (editing: Editing<V>) => ComponentChildren;
}

export interface Editing<V> {
  values: V;
  set: (values: Partial<V>) => void;
  /** What the server does not take, by the field's name. */
  errors: ReadonlySet<string>;
}

/** A template or a snippet in a sheet: its fields, whether it is the practice's, and the way to take it off the list. */
export function ItemForm<T extends Item, V extends { is_shared: boolean }>(props: Props<T, V>) {
  const { kind, title, old, start, save, onClose, fields } = props;
  const { touch, close, question } = useUnsaved(onClose);
  const [values, setValues] = useState(start);
  const key = useRef({ content: "", key: "" });
  const saving = useAction(async () => {
    const content = JSON.stringify(values);
    if (key.current.content !== content) key.current = { content, key: crypto.randomUUID() };
    await save(old, values, key.current.key);
    touch(false);
    onClose();
  });
  useLayoutEffect(() => touch(JSON.stringify(values) !== JSON.stringify(start)), [values]);
  const set = (some: Partial<V>): void => setValues((now) => ({ ...now, ...some }));
  return (
    <Sheet title={title} onClose={() => close()}>
      {question}
      <form
        class={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void saving.run();
        }}
      >
        {fields({ values, set, errors: refused(saving.problem) })}
        <Shared isShared={values.is_shared} set={(is_shared) => set({ is_shared } as Partial<V>)} />
        {old && <Removal kind={kind} old={old} onRemoved={onClose} />}
        <FormFoot isBusy={saving.isRunning} onCancel={() => close()}>
          {saving.problem && <Notice tone="danger">{wordsOf(saving.problem)}</Notice>}
        </FormFoot>
      </form>
    </Sheet>
  );
}

const refused = (problem: Problem | null): ReadonlySet<string> =>
  new Set((problem?.fields ?? []).map(({ pointer }) => pointer?.split("/")[1] ?? ""));

function Shared({ isShared, set }: { isShared: boolean; set: (isShared: boolean) => void }) {
  return (
    <label>
      <input type="checkbox" checked={isShared} onChange={(event) => set(event.currentTarget.checked)} />{" "}
      {t("texts.share")}
    </label>
  );
}

function Removal({ kind, old, onRemoved }: { kind: Kind; old: Item; onRemoved: () => void }) {
  const removing = useAction(async () => {
    await remove(kind, old);
    onRemoved();
  });
  return (
    <div>
      {removing.problem && <Failure words={wordsOf(removing.problem)} />}
      <Button kind="danger" isBusy={removing.isRunning} onClick={() => void removing.run()}>
        {t("texts.remove")}
      </Button>
    </div>
  );
}
