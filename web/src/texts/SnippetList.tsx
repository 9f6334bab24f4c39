// A listbox beside a text area, by the ARIA Authoring Practices: the area keeps the focus and names the chosen option.
// The headless libraries at hand want an input of their own; here it is the note's field.
import { useSignalEffect } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { Notice } from "../ui/States.tsx";
import type { Field } from "../vault/texts.ts";
import { caretPoint, placeNear } from "./caret.ts";
import { type Snippet, useSnippets } from "./data.ts";
import type { Hand } from "./hand.ts";
import { glimpse } from "./rules.ts";
import { Suggesting } from "./suggesting.ts";
import styles from "./Texts.module.css";

interface Offered {
  onTyped: (field: Field, area: HTMLTextAreaElement) => void;
  list: preact.ComponentChild;
}

/** Snippets for a note's fields: what is to be told of each key, and the list to draw. */
export function useSnippetList(hand: Hand): Offered {
  const id = useId();
  const offering = useMemo(() => new Suggesting(id), [id]);
  const isWanted = offering.isWanted.value;
  const read = useSnippets(isWanted);
  offering.onTake = (snippet) => offering.take(snippet, hand);
  useEffect(() => {
    offering.snippets.value = read.data ?? [];
  }, [read.data]);
  useEffect(() => {
    const moved = (): void => {
      const at = offering.at.peek();
      if (at && document.activeElement === at.area) offering.look(at.field, at.area);
    };
    document.addEventListener("selectionchange", moved);
    return () => {
      document.removeEventListener("selectionchange", moved);
      offering.close();
    };
  }, [offering]);
  useSignalEffect(() => offering.describe());
  const failed = read.problem !== null && !read.data;
  return {
    onTyped: (field, area) => offering.look(field, area),
    list: offering.at.value && (
      <List id={id} offering={offering} failed={failed} isEmpty={isNone(read.data)} />
    ),
  };
}

const isNone = (snippets: readonly Snippet[] | undefined): boolean => snippets?.length === 0;

interface ListProps {
  id: string;
  offering: Suggesting;
  failed: boolean;
  isEmpty: boolean;
}

function List({ id, offering, failed, isEmpty }: ListProps) {
  const box = useRef<HTMLDivElement>(null);
  const found = offering.found.value;
  const at = offering.at.value;
  useLayoutEffect(() => {
    if (box.current && at) put(box.current, at.area, at.asked.length);
  });
  const isStart = at?.asked.name === "";
  const says = failed ? t("texts.not-now") : isEmpty && isStart ? t("texts.no-snippets-yet") : null;
  return (
    <div
      ref={box}
      class={styles.box}
      style={{ ...FLOATING, visibility: says || found.length ? "visible" : "hidden" }}
    >
      {says && <Notice>{says}</Notice>}
      {found.length > 0 && (
        <div id={`${id}-list`} role="listbox" aria-label={t("texts.snippets")}>
          {found.map((snippet, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the field, which names the chosen option
            <div
              key={snippet.id}
              id={`${id}-${place}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === offering.place.value}
              class={styles.row}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => offering.onTake(snippet)}
            >
              <bdi class={styles.name}>{snippet.name}</bdi>
              <bdi class={styles.says}>{glimpse([snippet.text])}</bdi>
            </div>
          ))}
        </div>
      )}
      <p class="hidden-text" role="status">
        {t("texts.offered", { count: found.length })}
      </p>
    </div>
  );
}

// Placed by what the window measures, which counts from its left in every language.
const FLOATING = {
  position: "fixed",
  zIndex: 5,
  top: 0,
  left: 0,
  inlineSize: "min(320px, calc(100vw - 12px))",
  maxBlockSize: "min(40dvh, 300px)",
} as const;

/** Beside the semicolon, in the part of the window that the keyboard on a phone leaves. */
function put(box: HTMLDivElement, area: HTMLTextAreaElement, length: number): void {
  const seen = window.visualViewport;
  const view = {
    left: seen?.offsetLeft ?? 0,
    top: seen?.offsetTop ?? 0,
    width: seen?.width ?? innerWidth,
    height: seen?.height ?? innerHeight,
  };
  // A phone's menu covers what nothing is scrolled to; over a keyboard there is none.
  const free =
    innerHeight - Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingBottom);
  view.height = Math.min(view.height, free - view.top);
  const point = caretPoint(area, area.selectionEnd - length + 1);
  const { x, y } = placeNear(point, box.offsetWidth, box.offsetHeight, view);
  box.style.translate = `${Math.round(x)}px ${Math.round(y)}px`;
}
