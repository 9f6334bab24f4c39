// Moving by pointer. Only the node that is dragged changes, by a transform; the page is drawn anew once it is dropped.
import type { Appointment } from "../appointments/data.ts";
import { timeRange } from "../core/format.ts";
import { direction } from "../core/language.ts";
import { type Axis, type DayFrame, dayAt, positionOf } from "./axis.ts";
import { isoOf } from "./moving.ts";
import { movedTo, type Piece, resizedTo, type Times } from "./rules.ts";

export interface Surface {
  grid: HTMLElement;
  scroller: HTMLElement;
  axis: Axis;
  frames: readonly DayFrame[];
  drawn: readonly Piece<Appointment>[];
  mayMove: (item: Appointment) => boolean;
  drop: (item: Appointment, times: Times) => void;
}

export interface Point {
  x: number;
  y: number;
}

const EDGE = 44; // from here to the rim the calendar scrolls by itself
const SPEED = 9;

/** One drag, from where it was taken up until it is dropped or left. */
export class Drag {
  private times: Times;
  private readonly grab: number;
  private frame = 0;
  private readonly text: Text | null;
  private readonly wasText: string;
  private readonly wasSize: string;

  private readonly surface: Surface;
  private readonly node: HTMLElement;
  private readonly piece: Piece<Appointment>;
  private readonly isResize: boolean;
  private point: Point;

  constructor(
    surface: Surface,
    node: HTMLElement,
    piece: Piece<Appointment>,
    isResize: boolean,
    point: Point,
  ) {
    this.surface = surface;
    this.node = node;
    this.piece = piece;
    this.isResize = isResize;
    this.point = point;
    this.times = { start: piece.item.start, end: piece.item.end };
    this.grab = this.positionAt(this.rect()) - (isResize ? piece.bottom : piece.top);
    this.text = (node.querySelector("[data-time]")?.firstChild ?? null) as Text | null;
    this.wasText = this.text?.data ?? "";
    this.wasSize = node.style.blockSize;
    node.dataset.dragged = "";
    this.tick();
  }

  follow(x: number, y: number): void {
    this.point = { x, y };
  }

  /** Where it is dropped, or null if that is where it was. */
  drop(): Times | null {
    this.show(this.rect());
    this.end();
    const { start, end } = this.piece.item;
    return this.times.start === start && this.times.end === end ? null : this.times;
  }

  /** As if it had never been taken up. */
  end(): void {
    cancelAnimationFrame(this.frame);
    delete this.node.dataset.dragged;
    this.node.style.transform = "";
    this.node.style.blockSize = this.wasSize;
    if (this.text) this.text.data = this.wasText;
  }

  private rect(): DOMRect {
    return this.surface.grid.getBoundingClientRect();
  }

  private positionAt(box: DOMRect): number {
    return ((this.point.y - box.top) / box.height) * this.surface.axis.minutes;
  }

  private tick = (): void => {
    this.scroll();
    this.show(this.rect());
    this.frame = requestAnimationFrame(this.tick);
  };

  private scroll(): void {
    const { top, bottom } = this.surface.scroller.getBoundingClientRect();
    const { y } = this.point;
    if (y > bottom - EDGE) this.surface.scroller.scrollTop += SPEED;
    else if (y < top + 2 * EDGE) this.surface.scroller.scrollTop -= SPEED;
  }

  private show(box: DOMRect): void {
    const { axis, frames } = this.surface;
    const { item, dayIndex } = this.piece;
    const to = this.positionAt(box) - this.grab;
    const index = this.isResize ? dayIndex : dayAt(this.point.x, box, frames.length, direction() === "rtl");
    const frame = frames[index] as DayFrame;
    const times = this.isResize
      ? resizedTo(axis, frame, to, item.start)
      : movedTo(axis, frame, to, item.end - item.start);
    if (times.start === this.times.start && times.end === this.times.end) return;
    this.times = times;
    if (this.text) this.text.data = timeRange(isoOf(times.start), isoOf(times.end));
    if (this.isResize) this.stretch(positionOf(axis, frame, times.end));
    else this.shift(box, index, positionOf(axis, frame, times.start));
  }

  private stretch(bottom: number): void {
    this.node.style.blockSize = `${((bottom - this.piece.top) / this.surface.axis.minutes) * 100}%`;
  }

  private shift(box: DOMRect, index: number, top: number): void {
    const days = index - this.piece.dayIndex;
    const across = (days * box.width * (direction() === "rtl" ? -1 : 1)) / this.surface.frames.length;
    const down = ((top - this.piece.top) / this.surface.axis.minutes) * box.height;
    this.node.style.transform = `translate(${across}px, ${down}px)`;
  }
}
