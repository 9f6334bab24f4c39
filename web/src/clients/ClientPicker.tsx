// An editable combobox with a listbox, by the ARIA Authoring Practices. Its list always stands open under the
// field, inside a sheet: what headless libraries are for (placing, closing, layers) is not needed here.
import { useId, useMemo, useState } from "preact/hooks";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { language } from "../core/language.ts";
import { Icon } from "../ui/Icon.tsx";
import { SearchBox } from "../ui/SearchBox.tsx";
import { Failure, Skeleton } from "../ui/States.tsx";
import styles from "./ClientPicker.module.css";
import { type Directory, useDirectory } from "./index.ts";
import type { Person } from "./rules.ts";
import { Name, Phone } from "./words.tsx";

interface Props {
  /** Shown while nothing is typed, in this order. */
  recent: readonly string[];
  onPick: (client: Person) => void;
  /** Asked to add somebody, where that is possible; `name` as it was typed. */
  onAdd?: (name: string) => void;
}

const SHOWN = 50;
type Option = Person | "add";

export function ClientPicker({ recent, onPick, onAdd }: Props) {
  const id = useId();
  const read = useDirectory();
  const [typed, type] = useState("");
  const [at, setAt] = useState(0);
  const name = typed.trim();
  const people = useMemo(
    () => choices(read.data, name, recent),
    [read.data, name, recent.join(), language.value],
  );
  const options: readonly Option[] = name && onAdd ? [...people, "add"] : people;
  const choose = (option: Option | undefined): void => {
    if (option === "add") onAdd?.(name);
    else if (option) onPick(option);
  };
  return (
    <div class={styles.picker}>
      <SearchBox
        label={t("clients.pick")}
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={options[at] ? `${id}-${at}` : undefined}
        autofocus
        value={typed}
        onInput={(event) => {
          type(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => steer(event, at, options.length, setAt, () => choose(options[at]))}
      />
      {read.problem && !read.data && <Failure words={wordsOf(read.problem)} again={read.again} />}
      {read.isLoading && <Skeleton rows={3} />}
      {!name && people.length > 0 && <p class={styles.heading}>{t("clients.recent")}</p>}
      <Options id={id} options={options} at={at} name={name} choose={choose} />
      <p class="hidden-text" role="status">
        {name ? t("clients.found", { count: people.length }) : ""}
      </p>
    </div>
  );
}

interface OptionsProps {
  id: string;
  options: readonly Option[];
  at: number;
  name: string;
  choose: (option: Option) => void;
}

function Options({ id, options, at, name, choose }: OptionsProps) {
  return (
    <div id={`${id}-list`} role="listbox" aria-label={t("clients.title")} class={styles.options}>
      {options.map((option, place) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the field, which names the active option
        <div
          key={option === "add" ? option : option.id}
          id={`${id}-${place}`}
          role="option"
          tabIndex={-1}
          aria-selected={place === at}
          class={styles.option}
          ref={place === at ? intoView : null}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => choose(option)}
        >
          {option === "add" ? <Adding name={name} /> : <Choice person={option} />}
        </div>
      ))}
    </div>
  );
}

const intoView = (option: HTMLElement | null): void => option?.scrollIntoView({ block: "nearest" });

function choices(directory: Directory | undefined, name: string, recent: readonly string[]): Person[] {
  if (!directory) return [];
  if (name) {
    const current = directory.current(language.value);
    return directory.find(current, name, SHOWN).map(({ person }) => person);
  }
  const known = recent.map((one) => directory.person(one));
  return known.filter((person): person is Person => person !== undefined && !person.archived);
}

function steer(
  event: KeyboardEvent,
  at: number,
  count: number,
  go: (at: number) => void,
  choose: () => void,
): void {
  if (event.isComposing || count === 0) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
  if (step) go((at + step + count) % count);
  else if (event.key === "Enter") choose();
  else return;
  event.preventDefault();
}

function Choice({ person }: { person: Person }) {
  return (
    <>
      <Name of={person} />
      <Phone of={person} />
    </>
  );
}

function Adding({ name }: { name: string }) {
  return (
    <span class={styles.adding}>
      <Icon name="plus" />
      {t("clients.add-name", { name })}
    </span>
  );
}
