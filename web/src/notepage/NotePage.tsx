import { useRoute } from "preact-iso";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { useTitle } from "../core/title.ts";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { Empty, Failure, Notice, Skeleton } from "../ui/States.tsx";
import { openNote } from "../vault/note.ts";
import { saysNothing } from "../vault/texts.ts";
import { useAbout } from "./about.ts";
import { Editor } from "./Editor.tsx";
import { useNoteAt } from "./open.ts";

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The note of an appointment: written, or read. */
export default function NotePage() {
  useTitle(t("notepage.title"));
  const { appointment = "" } = useRoute().params;
  return UUID.test(appointment) ? <Asked key={appointment} appointmentId={appointment} /> : <NotHere />;
}

function Asked({ appointmentId }: { appointmentId: string }) {
  const { note, problem, again } = useNoteAt(appointmentId, () => openNote({ appointmentId }));
  // Nothing is written before it is known whose it is: from the server, or from what lies on this device.
  const about = useAbout(appointmentId);
  if (problem?.status === 404 || about.problem?.status === 404) return <NotHere />;
  if (problem && problem.status !== 0) return <Failure words={wordsOf(problem)} again={again} />;
  if (note && (about.data || !saysNothing(note.texts.peek()))) return <Editor note={note} />;
  const isAway = problem || about.problem?.status === 0 || !isOnline.value;
  if (isAway) return <NotOnDevice again={problem ? again : about.again} />;
  if (about.problem) return <Failure words={wordsOf(about.problem)} again={about.again} />;
  return <Skeleton rows={6} />;
}

/** It cannot be asked whose note this is; words that cannot wait begin without it. */
function NotOnDevice({ again }: { again: () => void }) {
  const ways = (
    <>
      <Button onClick={again}>{t("ui.try-again")}</Button>
      <ButtonLink icon="edit" href="/app/notes/unfiled/new">
        {t("notepage.unfiled")}
      </ButtonLink>
    </>
  );
  return (
    <Notice tone="danger" action={ways}>
      {t("notepage.not-on-device")}
    </Notice>
  );
}

/** The same words for an appointment that never was and for another practice's. */
function NotHere() {
  return (
    <Empty isPage action={<ButtonLink href="/app/">{t("ui.to-today")}</ButtonLink>}>
      {t("notepage.not-here")}
    </Empty>
  );
}
