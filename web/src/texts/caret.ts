// Where the caret of a text area is on the screen: no browser says it, so the text is laid out once more, unseen.
const SAME = [
  "direction",
  "boxSizing",
  "borderTopWidth",
  "borderRightWidth",
  "borderBottomWidth",
  "borderLeftWidth",
  "paddingTop",
  "paddingRight",
  "paddingBottom",
  "paddingLeft",
  "fontFamily",
  "fontSize",
  "fontWeight",
  "letterSpacing",
  "lineHeight",
  "wordSpacing",
  "tabSize",
  "unicodeBidi",
] as const;

export interface Point {
  /** Of the caret's line, in the window. */
  top: number;
  bottom: number;
  x: number;
}

/** The place of the character before `caret`. */
export function caretPoint(area: HTMLTextAreaElement, caret: number): Point {
  const style = getComputedStyle(area);
  const twin = document.createElement("div");
  for (const name of SAME) twin.style[name] = style[name];
  Object.assign(twin.style, {
    position: "absolute",
    visibility: "hidden",
    insetBlockStart: "0",
    insetInlineStart: "0",
    inlineSize: `${area.offsetWidth}px`,
    borderStyle: "solid",
    whiteSpace: "pre-wrap",
    overflowWrap: "break-word",
  });
  const mark = document.createElement("span");
  mark.textContent = area.value.slice(Math.max(0, caret - 1), caret) || "\u200b";
  twin.append(area.value.slice(0, Math.max(0, caret - 1)), mark, area.value.slice(caret));
  document.body.append(twin);
  const [outer, inner] = [twin.getBoundingClientRect(), mark.getBoundingClientRect()];
  twin.remove();
  const box = area.getBoundingClientRect();
  const top = box.top + inner.top - outer.top - area.scrollTop;
  return { top, bottom: top + inner.height, x: box.left + (inner.left + inner.right) / 2 - outer.left };
}

/** A place for a box of this size near a point, in the part of the window that no keyboard covers. */
export function placeNear(
  point: Point,
  width: number,
  height: number,
  view: { left: number; top: number; width: number; height: number },
): { x: number; y: number } {
  const gap = 6;
  const most = view.left + view.width - width - gap;
  const x = Math.max(view.left + gap, Math.min(most, point.x - width / 2));
  const below = point.bottom + gap;
  const fits = below + height <= view.top + view.height;
  return { x, y: fits ? below : Math.max(view.top + gap, point.top - gap - height) };
}
