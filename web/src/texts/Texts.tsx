import { useState } from "preact/hooks";
import { wordsOf } from "../api/problems.ts";
import type { Read } from "../api/queries.ts";
import { t } from "../core/i18n.ts";
import { useTitle } from "../core/title.ts";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Choice } from "../ui/Choice.tsx";
import { Empty, Failure, Skeleton } from "../ui/States.tsx";
import { type Item, type Snippet, type Template, useSnippets, useTemplates } from "./data.ts";
import { glimpse, type Kind, nameOf } from "./rules.ts";
import { SnippetSheet } from "./SnippetSheet.tsx";
import { TemplateSheet } from "./TemplateSheet.tsx";
import styles from "./Texts.module.css";

const kinds = (): { value: Kind; label: string }[] => [
  { value: "templates", label: t("texts.templates") },
  { value: "snippets", label: t("texts.snippets") },
];

/** What notes are written with: templates and snippets, the practice's and one's own. */
export default function Texts() {
  const [kind, show] = useState<Kind>("templates");
  useTitle(t("texts.title"));
  return (
    <div class={styles.page}>
      <h1>{t("texts.title")}</h1>
      <Choice label={t("texts.which")} options={kinds()} value={kind} onChange={show} />
      {kind === "templates" ? <Templates /> : <Snippets />}
    </div>
  );
}

function Templates() {
  const read = useTemplates();
  const [open, edit] = useState<Template | "new" | null>(null);
  return (
    <>
      <List
        read={read}
        hint={t("texts.templates-are")}
        nothing={t("texts.no-templates")}
        add={t("texts.add-template")}
        edit={edit}
        saysOf={(one) => glimpse([one.subjective, one.objective, one.assessment, one.plan])}
      />
      {open && <TemplateSheet old={open === "new" ? null : open} onClose={() => edit(null)} />}
    </>
  );
}

function Snippets() {
  const read = useSnippets(true);
  const [open, edit] = useState<Snippet | "new" | null>(null);
  return (
    <>
      <List
        read={read}
        hint={t("texts.snippets-are")}
        nothing={t("texts.no-snippets")}
        add={t("texts.add-snippet")}
        edit={edit}
        saysOf={(one) => glimpse([one.text])}
      />
      {open && <SnippetSheet old={open === "new" ? null : open} onClose={() => edit(null)} />}
    </>
  );
}

interface ListProps<T extends Item> {
  read: Read<T[]>;
  hint: string;
  nothing: string;
  add: string;
  edit: (item: T | "new") => void;
  saysOf: (item: T) => string;
}

function List<T extends Item>({ read, hint, nothing, add, edit, saysOf }: ListProps<T>) {
  const adding = (
    <Button kind="primary" icon="plus" onClick={() => edit("new")}>
      {add}
    </Button>
  );
  return (
    <>
      <p>{hint}</p>
      {read.problem && <Failure words={wordsOf(read.problem)} again={read.again} />}
      {read.isLoading && <Skeleton rows={3} />}
      {read.data?.length === 0 && <Empty action={adding}>{nothing}</Empty>}
      {read.data && read.data.length > 0 && (
        <>
          <ul class={styles.list}>
            {read.data.map((item) => (
              <Row key={item.id} item={item} says={saysOf(item)} onOpen={() => edit(item)} />
            ))}
          </ul>
          <div>{adding}</div>
        </>
      )}
    </>
  );
}

function Row({ item, says, onOpen }: { item: Item; says: string; onOpen: () => void }) {
  return (
    <li>
      <button type="button" class={styles.row} onClick={onOpen}>
        <span class={styles.name}>
          <bdi>{nameOf(item)}</bdi>
          {item.is_shared && <Chip icon="clients">{t("texts.shared")}</Chip>}
        </span>
        <bdi class={styles.says}>{says}</bdi>
      </button>
    </li>
  );
}
