// When a press is a drag: a mouse after 8 px, a finger after 350 ms at rest; a finger that moves before that scrolls.
import { Drag, type Point, type Surface } from "./drag.ts";

const FAR = 8;
const LONG = 350;

interface Press {
  id: number;
  x: number;
  y: number;
  isTouch: boolean;
  begin: () => void;
  timer: ReturnType<typeof setTimeout> | null;
}

/** Watches a grid until the returned function is called; `latest` tells what is drawn now. */
export function watchPointer(grid: HTMLElement, latest: () => Surface): () => void {
  const watch = new Watch(latest);
  const heard: [EventTarget, string, (event: never) => void, AddEventListenerOptions?][] = [
    [grid, "pointerdown", watch.down],
    [window, "pointermove", watch.move],
    [window, "pointerup", watch.up],
    [window, "pointercancel", watch.leave],
    [grid, "touchmove", watch.stay, { passive: false }],
    [grid, "contextmenu", watch.stay],
    [grid, "click", watch.click, { capture: true }],
    [window, "keydown", watch.key, { capture: true }],
  ];
  for (const [target, type, listener, options] of heard)
    target.addEventListener(type, listener as EventListener, options);
  return () => {
    watch.leave();
    for (const [target, type, listener, options] of heard)
      target.removeEventListener(type, listener as EventListener, options);
  };
}

class Watch {
  private press: Press | null = null;
  private drag: Drag | null = null;
  private drop: (() => void) | null = null;
  /** The click that ends a drag opens nothing. */
  private isSpent = false;

  private readonly latest: () => Surface;

  constructor(latest: () => Surface) {
    this.latest = latest;
  }

  down = (event: PointerEvent): void => {
    this.isSpent = false;
    if (!event.isPrimary || event.button !== 0 || this.drag) return;
    const target = event.target as HTMLElement;
    const node = target.closest<HTMLElement>("[data-id]");
    if (!node) return;
    const isResize = target.closest("[data-resize]") !== null;
    const isTouch = event.pointerType === "touch";
    const { pointerId: id, clientX: x, clientY: y } = event;
    const begin = (): void => this.begin(node, isResize, { x, y });
    this.press = { id, x, y, isTouch, begin, timer: isTouch ? setTimeout(begin, LONG) : null };
  };

  private begin(node: HTMLElement, isResize: boolean, point: Point): void {
    const surface = this.latest();
    const piece = surface.drawn.find(
      ({ item, begins, ends }) => item.id === node.dataset.id && (isResize ? ends : begins),
    );
    if (!piece || !surface.mayMove(piece.item)) return;
    if (this.press) node.setPointerCapture?.(this.press.id);
    if (this.press?.isTouch) navigator.vibrate?.(10);
    const drag = new Drag(surface, node, piece, isResize, point);
    this.drag = drag;
    this.drop = () => {
      const times = drag.drop();
      if (times) surface.drop(piece.item, times);
    };
  }

  move = (event: PointerEvent): void => {
    if (!this.press || event.pointerId !== this.press.id) return;
    if (this.drag) {
      this.drag.follow(event.clientX, event.clientY);
      return;
    }
    if (Math.hypot(event.clientX - this.press.x, event.clientY - this.press.y) < FAR) return;
    if (this.press.isTouch) this.leave();
    else this.press.begin(); // the next move is followed
  };

  up = (event: PointerEvent): void => {
    if (event.pointerId !== this.press?.id) return;
    this.drag?.follow(event.clientX, event.clientY);
    const drop = this.drop;
    this.isSpent = this.drag !== null;
    this.forget();
    drop?.();
  };

  /** Put it back where it was. */
  leave = (): void => {
    this.isSpent = this.drag !== null;
    this.drag?.end();
    this.forget();
  };

  private forget(): void {
    if (this.press?.timer) clearTimeout(this.press.timer);
    this.press = null;
    this.drag = null;
    this.drop = null;
  }

  /** While something is dragged by a finger nothing scrolls, and no menu opens. */
  stay = (event: Event): void => {
    if (this.drag || (event.type === "contextmenu" && this.press?.isTouch)) event.preventDefault();
  };

  click = (event: Event): void => {
    if (!this.isSpent) return;
    this.isSpent = false;
    event.preventDefault();
    event.stopPropagation();
  };

  key = (event: KeyboardEvent): void => {
    if (event.code !== "Escape" || !this.drag) return;
    event.preventDefault();
    event.stopPropagation();
    this.leave();
  };
}
