import { me } from "../accounts/data.ts";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { restore } from "../sessions/data.ts";
import { Button } from "../ui/Button.tsx";
import { Failure, Notice } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";
import type { About } from "./about.ts";
import { standing } from "./rules.ts";

interface Props {
  note: OpenNote;
  about: About | null;
  names: ReadonlyMap<string, string>;
}

/** What whoever writes here should know first. */
export function Warnings({ note, about, names }: Props) {
  const state = standing(note.server.value, note.state.value);
  const isOffline = note.asOf === "device" && note.appointmentId.value !== null && !isOnline.value;
  const isColleagues = about !== null && about.therapist_id !== me.value?.user.id;
  return (
    <>
      {state === "archived" && note.server.value && <Deleted id={note.server.value.id} />}
      {isOffline && <Notice tone="info">{t("notepage.from-device")}</Notice>}
      {about?.status === "cancelled" && <Notice tone="warn">{t("notepage.cancelled")}</Notice>}
      {about?.status === "no_show" && <Notice tone="warn">{t("notepage.no-show")}</Notice>}
      {isColleagues && state !== "final" && (
        <Notice tone="info">
          {t("notepage.colleagues", { name: names.get(about.therapist_id) ?? t("notepage.a-colleague") })}
        </Notice>
      )}
    </>
  );
}

/** It was deleted elsewhere, or the undo is gone: it comes back as it was, and the page with it. */
function Deleted({ id }: { id: string }) {
  const restoring = useAction(async () => {
    await restore({ id });
    location.reload();
  });
  const back = isOnline.value && (
    <Button icon="undo" isBusy={restoring.isRunning} onClick={() => void restoring.run()}>
      {t("notepage.restore")}
    </Button>
  );
  return (
    <>
      <Notice tone="warn" action={back}>
        {t("notepage.is-deleted")}
      </Notice>
      {restoring.problem && <Failure words={wordsOf(restoring.problem)} />}
    </>
  );
}
