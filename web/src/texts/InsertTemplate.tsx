import { useState } from "preact/hooks";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Empty, Failure, Skeleton } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";
import type { Field } from "../vault/texts.ts";
import { type Template, useTemplates } from "./data.ts";
import type { Hand } from "./hand.ts";
import { glimpse, saidIn, without } from "./rules.ts";
import styles from "./Texts.module.css";

interface Props {
  note: OpenNote;
  hand: Hand;
}

/** A note begins with a template, or goes on with one: nothing that is there is written over. */
export function InsertTemplate({ note, hand }: Props) {
  const [isOpen, open] = useState(false);
  const pick = (template: Template): void => {
    open(false);
    setTimeout(() => insert(template, note, hand)); // once the sheet has given the focus back
  };
  return (
    <div style={{ marginBlockEnd: "var(--s3)" }}>
      <Button icon="note" onClick={() => open(true)}>
        {t("texts.insert")}
      </Button>
      {isOpen && (
        <Sheet title={t("texts.insert")} onClose={() => open(false)}>
          <Templates onPick={pick} />
        </Sheet>
      )}
    </div>
  );
}

function Templates({ onPick }: { onPick: (template: Template) => void }) {
  const read = useTemplates();
  const manage = <ButtonLink href="/app/texts">{t("texts.manage")}</ButtonLink>;
  return (
    <div class={styles.form}>
      {read.problem && <Failure words={wordsOf(read.problem)} again={read.again} />}
      {read.isLoading && <Skeleton rows={3} />}
      {read.data?.length === 0 && <Empty action={manage}>{t("texts.no-templates")}</Empty>}
      {read.data && read.data.length > 0 && (
        <ul class={styles.list}>
          {read.data.map((one) => (
            <li key={one.id}>
              <button type="button" class={styles.row} onClick={() => onPick(one)}>
                <span class={styles.name}>
                  <bdi>{one.title}</bdi>
                  {one.is_shared && <Chip icon="clients">{t("texts.shared")}</Chip>}
                </span>
                <bdi class={styles.says}>
                  {glimpse([one.subjective, one.objective, one.assessment, one.plan])}
                </bdi>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** As if typed, field by field, behind what is there; its undo takes out what was put in and no more. */
export function insert(template: Template, note: OpenNote, hand: Hand): void {
  const fields = saidIn(template);
  const done: { field: Field; before: string; after: string }[] = [];
  for (const field of fields) {
    const area = hand.area(field);
    if (!area) continue;
    const before = area.value;
    hand.append(field, template[field] ?? "");
    done.push({ field, before, after: area.value });
  }
  const first = fields[0];
  if (first) hand.focus(first);
  say(t("texts.inserted", { name: template.title }), {
    action: { label: t("ui.undo"), run: () => takeBack(done, note, hand) },
  });
}

function takeBack(
  done: readonly { field: Field; before: string; after: string }[],
  note: OpenNote,
  hand: Hand,
): void {
  let isWhole = true;
  for (const { field, before, after } of done) {
    const area = hand.area(field);
    const text = area && !area.readOnly ? without(area.value, before, after) : null;
    if (text === null) isWhole = false;
    else note.write(field, text);
  }
  if (!isWhole) say(t("texts.partly-undone"), { kind: "problem" });
}
