import { me } from "../accounts/data.ts";
import { t } from "../core/i18n.ts";
import { Notice } from "../ui/States.tsx";
import { Compare, type Side } from "./Compare.tsx";
import { useMembers } from "./data.ts";
import { differing, type Target, textsOf, type View } from "./rules.ts";
import { moment } from "./words.ts";

type Members = ReadonlyMap<string, string>;

/** By whom, and when. */
export function byWords(members: Members, id: string | null, at: string): string {
  const name = id === me.value?.user.id ? t("conflicts.you") : members.get(id ?? "");
  return name ? t("conflicts.by", { name, when: moment(at) }) : moment(at);
}

/** The text of the device beside that of the note, as far as they differ. */
export function Sides({ view, target }: { view: View; target: Target }) {
  const members = useMembers();
  const fields = differing(view, target);
  const mine: Side = {
    title: t("conflicts.from-device"),
    by: byWords(members, view.sent_by, view.updated_at_client),
    texts: textsOf(view),
  };
  const theirs = noteSide(view, target, members);
  if (fields.length === 0) return <Notice tone="info">{t("conflicts.same-now")}</Notice>;
  return <Compare fields={fields} mine={mine} theirs={theirs} />;
}

function noteSide({ server }: View, target: Target, members: Members): Side | null {
  if (target.status !== "draft" && target.status !== "finalized") return null;
  const { texts } = target;
  if (target.appointmentId !== null) return { title: t("conflicts.in-chosen"), by: "", texts };
  const by = server ? byWords(members, server.saved_by, server.updated_at) : "";
  return { title: t("conflicts.in-note"), by, texts };
}
