import { useMemo, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { wordsOf } from "../api/problems.ts";
import { time } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { language } from "../core/language.ts";
import { isOnline } from "../core/online.ts";
import { useTitle } from "../core/title.ts";
import { Button } from "../ui/Button.tsx";
import { Empty, Failure, Notice, Skeleton } from "../ui/States.tsx";
import { type ListHandle, useScrollPlace, VirtualList } from "../ui/VirtualList.tsx";
import { AddClient } from "./AddClient.tsx";
import { type Directory, useDirectory } from "./index.ts";
import styles from "./List.module.css";
import { Letters, Tools } from "./ListTools.tsx";
import { Row } from "./Row.tsx";
import { type Entry, lettersOf } from "./rules.ts";
import { keepView, keptView, type View } from "./view.ts";

export default function List() {
  useTitle(t("clients.title"));
  const read = useDirectory();
  const [view, setView] = useState<View>(keptView);
  const [adding, add] = useState<string | null>(null);
  const change = (part: Partial<View>): void => setView((old) => keepView({ ...old, ...part, top: 0 }));
  return (
    <>
      <header class={styles.head}>
        <h1>{t("clients.title")}</h1>
        {isOnline.value && (
          <Button kind="primary" icon="plus" onClick={() => add("")}>
            {t("clients.add")}
          </Button>
        )}
      </header>
      {read.problem && <Failure words={wordsOf(read.problem)} again={read.again} />}
      {read.asOf !== null && <Notice>{t("clients.on-device", { time: time(read.asOf) })}</Notice>}
      {read.isLoading && <Skeleton rows={8} />}
      {read.data && <Listed directory={read.data} view={view} change={change} add={add} />}
      {adding !== null && <AddClient name={adding} onClose={() => add(null)} />}
    </>
  );
}

interface ListedProps {
  directory: Directory;
  view: View;
  change: (part: Partial<View>) => void;
  add: (name: string) => void;
}

function Listed({ directory, view, change, add }: ListedProps) {
  const { route } = useLocation();
  const list = useRef<ListHandle>(null);
  const stuck = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => shownOf(directory, view), [directory, view, language.value]);
  const [top, setTop] = useState(0);
  const letters = useMemo(() => (view.typed.trim() ? [] : lettersOf(shown)), [shown]);
  useScrollPlace(view.top, (last) => keepView({ ...view, top: last }));
  if (directory.entries.length === 0) return <NobodyYet add={() => add("")} />;
  const first = shown[0];
  return (
    <>
      <div class={styles.sticky} ref={stuck}>
        <Tools
          directory={directory}
          view={view}
          count={shown.length}
          change={change}
          onDown={() => list.current?.focus(0)}
          onEnter={() => first && view.typed.trim() && route(`/app/clients/${first.person.id}`)}
        />
        <Letters letters={letters} top={top} go={(at) => list.current?.show(at)} />
      </div>
      <VirtualList
        label={t("clients.title")}
        count={shown.length}
        handle={list}
        stuck={stuck}
        rowOf={(at, isActive) => (
          <Row at={at} shown={shown} isActive={isActive} isLettered={letters.length > 0} />
        )}
        onTop={setTop}
      />
      {shown.length === 0 && <Nobody directory={directory} view={view} change={change} add={add} />}
    </>
  );
}

function shownOf(directory: Directory, view: View): readonly Entry[] {
  const all = view.archived ? directory.archived(language.value) : directory.current(language.value);
  const { tag } = view;
  const tagged = tag ? all.filter(({ person }) => person.tags?.includes(tag)) : all;
  return view.typed.trim() ? directory.find(tagged, view.typed) : tagged;
}

function NobodyYet({ add }: { add: () => void }) {
  return (
    <Empty
      action={
        <Button kind="primary" icon="plus" onClick={add}>
          {t("clients.add")}
        </Button>
      }
    >
      {t("clients.nobody-yet")}
    </Empty>
  );
}

/** Nobody fits: add them, look among all tags, or among those who are archived. */
function Nobody({ directory, view, change, add }: ListedProps) {
  const name = view.typed.trim();
  const elsewhere = view.archived ? directory.current(language.value) : directory.archived(language.value);
  const others = directory.find(elsewhere, name).length;
  return (
    <Empty
      action={
        <div class={styles.ways}>
          {name && !view.archived && isOnline.value && (
            <Button kind="primary" icon="plus" onClick={() => add(name)}>
              {t("clients.add-name", { name })}
            </Button>
          )}
          {view.tag && <Button onClick={() => change({ tag: "" })}>{t("clients.all-tags")}</Button>}
          {name && others > 0 && (
            <Button icon="archive" onClick={() => change({ archived: !view.archived, tag: "" })}>
              {view.archived
                ? t("clients.in-current", { count: others })
                : t("clients.in-archive", { count: others })}
            </Button>
          )}
        </div>
      }
    >
      {name ? t("clients.nobody-called", { name }) : t("clients.nobody-here")}
    </Empty>
  );
}
