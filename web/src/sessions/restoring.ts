import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import type { OpenNote } from "../vault/note.ts";
import { FIELDS, type Texts } from "../vault/texts.ts";

/** Write an earlier text as if it were typed: it is saved like anything else, and the way back is one press. */
export function restore(note: OpenNote, texts: Texts): void {
  const before = note.texts.peek();
  write(note, texts);
  say(t("sessions.restored"), { action: { label: t("ui.undo"), run: () => write(note, before) } });
}

function write(note: OpenNote, texts: Texts): void {
  for (const field of FIELDS) if (note.texts.peek()[field] !== texts[field]) note.write(field, texts[field]);
}
