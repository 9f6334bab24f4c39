import { signal } from "@preact/signals";
import type { Field } from "../vault/texts.ts";
import { behind } from "./text.ts";

/** The door to the four fields for whatever else writes into them: templates, snippets, the last note. */
export class Pen {
  /** The field that has the caret, or had it last. */
  readonly at = signal<Field>("subjective");
  readonly #areas = new Map<Field, HTMLTextAreaElement>();

  hold(field: Field, area: HTMLTextAreaElement | null): void {
    if (area) this.#areas.set(field, area);
    else this.#areas.delete(field);
  }

  area(field: Field): HTMLTextAreaElement | undefined {
    return this.#areas.get(field);
  }

  /** At the caret, in place of what is selected. The browser's own undo takes it back. */
  insert(field: Field, text: string): void {
    const area = this.#areas.get(field);
    if (area) put(area, text, area.selectionStart, area.selectionEnd);
  }

  /** Behind what is there, on a line of its own. */
  append(field: Field, text: string): void {
    const area = this.#areas.get(field);
    if (!area) return;
    const kept = area.value.trimEnd().length;
    put(area, behind(area.value, text).slice(kept), kept, area.value.length);
  }

  /** In place of so many UTF-16 units before the caret: a snippet's name becomes its text. */
  replaceBefore(field: Field, length: number, text: string): void {
    const area = this.#areas.get(field);
    if (area) put(area, text, Math.max(0, area.selectionEnd - length), area.selectionEnd);
  }

  focus(field: Field): void {
    this.#areas.get(field)?.focus();
  }
}

/** As if typed, so that it is heard, saved and undone like anything typed. */
function put(area: HTMLTextAreaElement, text: string, from: number, to: number): void {
  if (area.readOnly) return;
  area.focus();
  area.setSelectionRange(from, to);
  if (document.execCommand("insertText", false, text)) return;
  area.setRangeText(text, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
