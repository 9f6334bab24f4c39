import { useEffect, useRef } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { asProblem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { useTitle } from "../core/title.ts";
import { Failure, Skeleton } from "../ui/States.tsx";
import { beginUnfiled, type OpenNote, openNote } from "../vault/note.ts";
import { Editor } from "./Editor.tsx";
import { useNoteAt } from "./open.ts";

const NEW = "new";

/** A note for which there is no appointment yet: somebody walked in. */
export default function Unfiled() {
  useTitle(t("notepage.title"));
  const { note: id = NEW } = useRoute().params;
  const { route } = useLocation();
  const begun = useRef<string | null>(null);
  const { note, problem, again } = useNoteAt(id === begun.current ? NEW : id, () => openOrBegin(id));
  useEffect(() => {
    if (!note || id === note.clientSessionId) return;
    // Going back, or reading the page anew, comes to this note and begins no other one.
    begun.current = note.clientSessionId;
    route(`/app/notes/unfiled/${note.clientSessionId}`, true);
  }, [note]);
  if (problem) return <Failure words={wordsOf(problem)} again={again} />;
  return note ? <Editor note={note} /> : <Skeleton rows={6} />;
}

/** One in which nothing was written lies nowhere: then it begins. */
async function openOrBegin(id: string): Promise<OpenNote> {
  if (id === NEW) return beginUnfiled();
  try {
    return await openNote({ clientSessionId: id });
  } catch (error) {
    if (asProblem(error).status !== 404) throw error;
    return beginUnfiled();
  }
}
