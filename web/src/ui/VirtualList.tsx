import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import styles from "./VirtualList.module.css";

export interface ListHandle {
  /** Bring a row to the top of the list's view and put the focus on it. */
  show: (at: number) => void;
  focus: (at: number) => void;
}

interface Props {
  label: string;
  count: number;
  /** A row's content; its first link or button takes the focus, and only the active row is a tab stop. */
  rowOf: (at: number, isActive: boolean) => ComponentChildren;
  handle?: RefObject<ListHandle | null>;
  /** What sticks to the top above the list and would hide its first row. */
  stuck?: RefObject<HTMLElement | null>;
  /** The row that is at the top of the view now. */
  onTop?: (at: number) => void;
}

const SPARE = 12; // rows beyond the view on both sides, so that fast scrolling finds them there
const STEP = 4;
const PAGE = 10;
const GAP = 8; // pixels between what sticks and a row that was brought under it
interface Seen {
  first: number;
  last: number;
}

/** A long list of rows of one height, in the page's own scrolling; only those near the view are in the document. */
export function VirtualList({ label, count, rowOf, handle, stuck, onTop }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [active, setActive] = useState(0);
  const wanted = useRef<number | null>(null);
  const seen = useSeen(list, count, stuck, onTop);
  const current = Math.min(active, Math.max(count - 1, 0));
  const focus = (at: number): void => {
    wanted.current = Math.max(0, Math.min(count - 1, at));
    setActive(wanted.current);
    if (wanted.current === active) focusRow(list.current, wanted);
  };
  useLayoutEffect(() => focusRow(list.current, wanted), [active, seen.first]);
  const show = (at: number): void => {
    scrollToRow(list.current, at, heightOf(stuck) + GAP);
    focus(at);
  };
  if (handle) handle.current = { focus, show };
  return (
    <ul
      ref={list}
      class={styles.list}
      aria-label={label}
      style={{ blockSize: `calc(var(--row) * ${count})` }}
      onKeyDown={(event) => move(event, current, count, focus)}
    >
      {placesOf(seen, current, count).map((at) => (
        <li
          key={at} // a place keeps its node, whoever a search puts there
          class={styles.row}
          data-at={at}
          aria-setsize={count}
          aria-posinset={at + 1}
          style={{ insetBlockStart: `calc(var(--row) * ${at})` }}
          onFocusIn={() => setActive(at)}
        >
          {rowOf(at, at === current)}
        </li>
      ))}
    </ul>
  );
}

/** The rows near the view; the active one too, wherever it is, so that the focus is never lost. */
function placesOf({ first, last }: Seen, active: number, count: number): number[] {
  const places = Array.from({ length: Math.max(0, Math.min(last, count) - first) }, (_, at) => first + at);
  if (active >= count || (active >= first && active < last)) return places;
  return active < first ? [active, ...places] : [...places, active];
}

const rowHeight = (list: HTMLElement, count: number): number => list.offsetHeight / count || 1;

function useSeen(
  list: RefObject<HTMLUListElement | null>,
  count: number,
  stuck: RefObject<HTMLElement | null> | undefined,
  onTop: ((at: number) => void) | undefined,
): Seen {
  const [seen, setSeen] = useState<Seen>({ first: 0, last: 2 * SPARE });
  useLayoutEffect(() => {
    const look = (): void => {
      if (!list.current || count === 0) return;
      const height = rowHeight(list.current, count);
      const above = -list.current.getBoundingClientRect().top;
      list.current.style.setProperty("--stuck", `${heightOf(stuck) + GAP}px`);
      onTop?.(clamp((above + heightOf(stuck) + GAP) / height, count));
      const first = clamp(above / height - SPARE, count);
      const last = Math.ceil((above + window.innerHeight) / height) + SPARE;
      const next = { first: first - (first % STEP), last: last + STEP - (last % STEP) };
      setSeen((old) => (old.first === next.first && old.last === next.last ? old : next));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [count, onTop]);
  return seen;
}

const clamp = (at: number, count: number): number => Math.max(0, Math.min(count - 1, Math.floor(at + 0.01)));

const heightOf = (stuck: RefObject<HTMLElement | null> | undefined): number =>
  stuck?.current?.offsetHeight ?? 0;

function scrollToRow(list: HTMLElement | null, at: number, hidden: number): void {
  if (!list) return;
  const count = Number(list.querySelector("li")?.getAttribute("aria-setsize") ?? 1);
  const top = list.getBoundingClientRect().top + window.scrollY + at * rowHeight(list, count);
  window.scrollTo({ top: Math.ceil(top - hidden) });
}

function focusRow(list: HTMLElement | null, wanted: { current: number | null }): void {
  const row = list?.querySelector<HTMLElement>(`[data-at="${wanted.current}"] :is(a, button)`);
  if (!row) return;
  wanted.current = null;
  row.focus();
}

function move(event: KeyboardEvent, at: number, count: number, focus: (at: number) => void): void {
  const target: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + PAGE,
    PageUp: at - PAGE,
    Home: 0,
    End: count - 1,
  };
  const next = target[event.code];
  if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  focus(next);
}

/** Put the page back where it was when this screen was left. */
export function useScrollPlace(top: number, leave: (top: number) => void): void {
  useEffect(() => {
    if (top > 0) window.scrollTo({ top });
    let last = top;
    const note = (): void => {
      last = window.scrollY;
    };
    addEventListener("scroll", note, { passive: true });
    return () => {
      removeEventListener("scroll", note);
      leave(last);
    };
  }, []);
}
