import { useEffect, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problems.ts";
import { changed } from "../sessions/data.ts";
import type { OpenNote } from "../vault/note.ts";

interface Opened {
  note: OpenNote | null;
  problem: Problem | null;
  again: () => void;
}

/** A note, open while its screen is; `key` says which. */
export function useNoteAt(key: string, open: () => Promise<OpenNote>): Opened {
  const [found, find] = useState<Omit<Opened, "again">>({ note: null, problem: null });
  const [tries, tryAgain] = useState(0);
  useEffect(() => {
    let isLeft = false;
    let held: OpenNote | null = null;
    find({ note: null, problem: null });
    const take = (note: OpenNote): void => {
      held = note;
      if (isLeft) void leave(note);
      else find({ note, problem: null });
    };
    open().then(take, (error) => !isLeft && find({ note: null, problem: asProblem(error) }));
    return () => {
      isLeft = true;
      if (held) void leave(held);
    };
  }, [key, tries]);
  return { ...found, again: () => tryAgain((count) => count + 1) };
}

async function leave(note: OpenNote): Promise<void> {
  await note.close();
  await changed("none");
}
