import { t } from "../../core/i18n.ts";
import { Timeline } from "../../timeline/Timeline.tsx";
import { ButtonLink } from "../../ui/Button.tsx";
import { bookingOf } from "../links.ts";
import { OpenNote } from "./OpenNote.tsx";

export default function History({ clientId, canBook }: { clientId: string; canBook: boolean }) {
  const book = canBook && (
    <ButtonLink icon="plus" href={bookingOf(clientId)}>
      {t("clientpage.book")}
    </ButtonLink>
  );
  return <Timeline clientId={clientId} noteOf={(id) => <OpenNote id={id} />} next={book} />;
}
