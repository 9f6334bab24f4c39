import { Files } from "../attachments/Files.tsx";
import type { PanelProps } from "./panels.ts";

export default function NoteFiles({ note }: PanelProps) {
  return <Files note={note} />;
}
