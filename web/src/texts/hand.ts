// What writes into a note's fields: the pen of the note's screen, as far as templates and snippets need it.
import type { Field } from "../vault/texts.ts";

export interface Hand {
  area: (field: Field) => HTMLTextAreaElement | undefined;
  append: (field: Field, text: string) => void;
  replaceBefore: (field: Field, length: number, text: string) => void;
  focus: (field: Field) => void;
}
