import { me } from "../accounts/data.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Notice } from "../ui/States.tsx";
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
      {state === "archived" && <Notice tone="warn">{t("notepage.is-deleted")}</Notice>}
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
