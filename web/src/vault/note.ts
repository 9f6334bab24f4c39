// The face of the vault to whoever shows a note.
import { whenOpen } from "./opened.ts";
import { beginIn, decidedIn, type NoteAt, type OpenNote, openIn } from "./opening.ts";

export { findWith, type NoteAt, type OpenNote } from "./opening.ts";
export type { SaveState } from "./state.ts";

export const openNote = async (at: NoteAt): Promise<OpenNote> => openIn(await whenOpen(), at);

/** A note whose appointment is not known yet. */
export const beginUnfiled = async (): Promise<OpenNote> => beginIn(await whenOpen());

/** The conflict view decided: the server's text is taken over here. */
export const decided = async (clientSessionId: string): Promise<void> =>
  decidedIn(await whenOpen(), clientSessionId);
