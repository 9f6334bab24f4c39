import { t } from "../core/i18n.ts";
import { language } from "../core/language.ts";
import { SearchBox } from "../ui/SearchBox.tsx";
import type { Directory } from "./index.ts";
import styles from "./List.module.css";
import type { View } from "./view.ts";

interface ToolsProps {
  directory: Directory;
  view: View;
  count: number;
  change: (part: Partial<View>) => void;
  onDown: () => void;
  onEnter: () => void;
}

/** The search, the filters, and how many there are. */
export function Tools({ directory, view, count, change, onDown, onEnter }: ToolsProps) {
  const act: Record<string, () => void> = { ArrowDown: onDown, Enter: onEnter };
  return (
    <search class={styles.tools}>
      <SearchBox
        label={t("clients.search")}
        type="search"
        value={view.typed}
        onInput={(event) => change({ typed: event.currentTarget.value })}
        onKeyDown={(event) => {
          const chosen = event.isComposing ? undefined : act[event.key];
          if (!chosen) return;
          event.preventDefault();
          chosen();
        }}
      />
      <Tags directory={directory} view={view} change={change} />
      {directory.archived(language.value).length > 0 && (
        <label class={styles.switch}>
          <input
            type="checkbox"
            checked={view.archived}
            onChange={(event) => change({ archived: event.currentTarget.checked })}
          />
          {t("clients.archived")}
        </label>
      )}
      <p class={styles.count} role="status">
        {t("clients.found", { count })}
      </p>
    </search>
  );
}

function Tags({ directory, view, change }: Pick<ToolsProps, "directory" | "view" | "change">) {
  const { tags } = directory;
  if (tags.length === 0) return null;
  return (
    <select
      class={styles.tags}
      aria-label={t("clients.tag")}
      value={view.tag}
      onChange={(event) => change({ tag: event.currentTarget.value })}
    >
      <option value="">{t("clients.all-tags")}</option>
      {tags.map((tag) => (
        <option key={tag} value={tag}>
          {tag}
        </option>
      ))}
    </select>
  );
}

interface LettersProps {
  letters: readonly { letter: string; at: number }[];
  /** The row at the top of the view. */
  top: number;
  go: (at: number) => void;
}

/** The letters that names begin with; each leads to its first name. */
export function Letters({ letters, top, go }: LettersProps) {
  if (letters.length < 2) return null;
  const current = letters.findLastIndex(({ at }) => at <= top);
  return (
    <nav class={styles.letters} aria-label={t("clients.letters")}>
      {letters.map(({ letter, at }, place) => (
        <button
          key={`${letter}${at}`}
          type="button"
          aria-current={place === current || undefined}
          ref={place === current ? intoStrip : null}
          onClick={() => go(at)}
        >
          {letter}
        </button>
      ))}
    </nav>
  );
}

/** Only the strip is scrolled, never the page. */
function intoStrip(button: HTMLElement | null): void {
  const strip = button?.parentElement;
  if (!button || !strip) return;
  const [inside, outside] = [button.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (inside.left < outside.left) strip.scrollLeft += inside.left - outside.left;
  if (inside.right > outside.right) strip.scrollLeft += inside.right - outside.right;
}
