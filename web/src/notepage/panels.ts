// What stands beside a note, in this order: whoever builds a panel adds its line.
import type { ComponentType } from "preact";
import type { PlainKey } from "../core/i18n.ts";
import type { Pen } from "../sessions/pen.ts";
import { later } from "../ui/later.tsx";
import type { OpenNote } from "../vault/note.ts";
import type { About } from "./about.ts";

export interface PanelProps {
  about: About;
  note: OpenNote;
  /** Into the note's fields; null while it is only read. */
  pen: Pen | null;
}

export interface Panel {
  title: PlainKey;
  /** Open from the start where there is room beside the note; what is closed is not read. */
  isShown: boolean;
  is: ComponentType<PanelProps>;
}

export const PANELS: readonly Panel[] = [
  { title: "notepage.last-note", isShown: true, is: later(() => import("./LastNote.tsx")) },
  { title: "notepage.plan", isShown: true, is: later(() => import("./Plans.tsx")) },
  { title: "attachments.title", isShown: true, is: later(() => import("./NoteFiles.tsx")) },
];
