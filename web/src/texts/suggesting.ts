import { computed, signal } from "@preact/signals";
import type { Field } from "../vault/texts.ts";
import type { Snippet } from "./data.ts";
import type { Hand } from "./hand.ts";
import { type Asked, askedAt, matching } from "./rules.ts";

interface At {
  field: Field;
  area: HTMLTextAreaElement;
  asked: Asked;
}

/** What is offered while a snippet's name is typed behind a semicolon: which ones, and which is chosen. */
export class Suggesting {
  readonly at = signal<At | null>(null);
  readonly snippets = signal<readonly Snippet[]>([]);
  readonly place = signal(0);
  readonly found = computed(() =>
    this.at.value ? matching(this.snippets.value, this.at.value.asked.name) : [],
  );
  /** Whether a semicolon was typed at all: before that nothing is read. */
  readonly isWanted = signal(false);
  readonly #id: string;
  #closed: string | null = null;

  constructor(id: string) {
    this.#id = id;
  }

  /** After each key, and when the caret moves. */
  look(field: Field, area: HTMLTextAreaElement): void {
    const asked = area.readOnly || area.selectionStart !== area.selectionEnd ? null : atCaret(area);
    if (!asked) {
      this.#closed = null;
      this.close();
      return;
    }
    const key = `${area.selectionEnd - asked.length}`;
    if (key === this.#closed) return;
    this.isWanted.value = true;
    if (this.at.value?.asked.name !== asked.name) this.place.value = 0;
    if (this.at.value?.area !== area) this.#listen(area);
    this.at.value = { field, area, asked };
  }

  close(): void {
    const area = this.at.value?.area;
    if (!area) return;
    area.removeEventListener("keydown", this.#steer, true);
    area.removeEventListener("blur", this.#leave);
    for (const name of NAMED) area.removeAttribute(name);
    this.at.value = null;
  }

  take(snippet: Snippet | undefined, hand: Hand): void {
    const at = this.at.value;
    if (!at || !snippet) return;
    this.close();
    hand.replaceBefore(at.field, at.asked.length, snippet.text);
  }

  /** Tell what reads the screen aloud which one is chosen. */
  describe(): void {
    const { area } = this.at.value ?? {};
    if (!area) return;
    const values = this.found.value.length > 0 && [
      "list",
      `${this.#id}-list`,
      `${this.#id}-${this.place.value}`,
    ];
    for (const [at, name] of NAMED.entries()) {
      if (values) area.setAttribute(name, values[at] ?? "");
      else area.removeAttribute(name);
    }
  }

  onTake: (snippet: Snippet) => void = () => undefined;

  #listen(area: HTMLTextAreaElement): void {
    this.close();
    area.addEventListener("keydown", this.#steer, true);
    area.addEventListener("blur", this.#leave);
  }

  readonly #leave = (): void => this.close();

  readonly #steer = (event: KeyboardEvent): void => {
    const count = this.found.value.length;
    if (event.isComposing || count === 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.place.value = (this.place.value + step + count) % count;
    else if (event.key === "Enter" || event.key === "Tab") this.#chosen();
    else if (event.key === "Escape") this.#dismiss();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #chosen(): void {
    const snippet = this.found.value[this.place.value];
    if (snippet) this.onTake(snippet);
  }

  /** This name is meant as it stands. */
  #dismiss(): void {
    const at = this.at.value;
    this.#closed = at ? `${at.area.selectionEnd - at.asked.length}` : null;
    this.close();
  }
}

const NAMED = ["aria-autocomplete", "aria-controls", "aria-activedescendant"];

const atCaret = (area: HTMLTextAreaElement): Asked | null => askedAt(area.value, area.selectionEnd);
