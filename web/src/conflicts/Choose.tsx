import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { ClientPicker } from "../clients/ClientPicker.tsx";
import { useDirectory } from "../clients/index.ts";
import { fullName } from "../clients/rules.ts";
import { longDay, timeRange } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { inZone } from "../core/zone.ts";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Empty, Failure, Skeleton } from "../ui/States.tsx";
import styles from "./conflicts.module.css";
import { type Place, targetAt, usePlaces } from "./data.ts";
import type { Target } from "./rules.ts";

interface Props {
  /** Whose note it was, if that is known. */
  clientId: string | null;
  onChosen: (target: Target) => void;
  onClose: () => void;
}

/** Which appointment the text belongs to: of that client, or of another one. */
export function Choose({ clientId, onChosen, onClose }: Props) {
  const [whose, find] = useState(clientId);
  const choosing = useAction(async (place: Place) => {
    onChosen(await targetAt(place.id, place.note?.session_id ?? null));
  });
  return (
    <Sheet title={t("conflicts.attach-to")} onClose={onClose}>
      {choosing.problem && <Failure words={wordsOf(choosing.problem)} />}
      {whose === null ? (
        <ClientPicker recent={[]} onPick={({ id }) => find(id)} />
      ) : (
        <Places clientId={whose} onPick={(place) => void choosing.run(place)} another={() => find(null)} />
      )}
    </Sheet>
  );
}

interface PlacesProps {
  clientId: string;
  onPick: (place: Place) => void;
  another: () => void;
}

function Places({ clientId, onPick, another }: PlacesProps) {
  const { data, problem, again } = usePlaces(clientId);
  const person = useDirectory().data?.person(clientId);
  const booking = <ButtonLink href="/app/calendar">{t("conflicts.to-calendar")}</ButtonLink>;
  return (
    <div class={styles.places}>
      <div class={styles.whom}>
        {person && <bdi>{fullName(person)}</bdi>}
        <Button kind="quiet" icon="clients" onClick={another}>
          {t("conflicts.another-client")}
        </Button>
      </div>
      {problem && <Failure words={wordsOf(problem)} again={again} />}
      {!data && !problem && <Skeleton rows={4} />}
      {data?.length === 0 && <Empty action={booking}>{t("conflicts.no-appointments")}</Empty>}
      <ul>
        {data?.map((place) => (
          <li key={place.id}>
            <button type="button" onClick={() => onPick(place)}>
              <span>{longDay(inZone(place.scheduled_start).toPlainDate())}</span>
              <span>{timeRange(place.scheduled_start, place.scheduled_end)}</span>
              <NoteState place={place} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function NoteState({ place: { status, note } }: { place: Place }) {
  if (status === "cancelled") return <Chip tone="warn">{t("conflicts.cancelled")}</Chip>;
  if (note?.status === "finalized") return <Chip icon="lock">{t("conflicts.has-final")}</Chip>;
  if (note?.status === "draft") return <Chip icon="edit">{t("conflicts.has-draft")}</Chip>;
  return <Chip tone="ok">{t("conflicts.has-none")}</Chip>;
}
