import { useRoute } from "preact-iso";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { useTitle } from "../core/title.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { Empty, Failure, Skeleton } from "../ui/States.tsx";
import { openNote } from "../vault/note.ts";
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
  // Nothing is written before it is known that there is such an appointment; without a connection the device knows.
  const about = useAbout(appointmentId);
  if (problem?.status === 404 || about.problem?.status === 404) return <NotHere />;
  if (problem?.slug === "offline") return <Failure words={t("notepage.not-on-device")} again={again} />;
  if (problem) return <Failure words={wordsOf(problem)} again={again} />;
  const isKnown = about.data || about.problem || !isOnline.value;
  return note && isKnown ? <Editor note={note} /> : <Skeleton rows={6} />;
}

/** The same words for an appointment that never was and for another practice's. */
function NotHere() {
  return (
    <Empty isPage action={<ButtonLink href="/app/">{t("ui.to-today")}</ButtonLink>}>
      {t("notepage.not-here")}
    </Empty>
  );
}
