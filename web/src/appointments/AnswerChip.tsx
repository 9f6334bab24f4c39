import type { Schemas } from "../api/client.ts";
import type { PlainKey } from "../core/i18n.ts";
import { t } from "../core/i18n.ts";
import { Chip, type ChipTone } from "../ui/Chip.tsx";
import type { IconName } from "../ui/Icon.tsx";

export type Answer = Schemas["ClientResponse"];

const SHOWN: Record<Answer, { words: PlainKey; tone: ChipTone; icon: IconName }> = {
  confirmed: { words: "appointments.answer.confirmed", tone: "ok", icon: "check" },
  declined: { words: "appointments.answer.declined", tone: "danger", icon: "close" },
  "move-requested": { words: "appointments.answer.move-requested", tone: "warn", icon: "clock" },
};

/** What a client's answer is called; also where a chip has no room. */
export const answerWords = (answer: Answer): string => t(SHOWN[answer].words);

/** What the client answered to a reminder, or that they have not although one was sent; otherwise nothing. */
export function AnswerChip({ answer, wasReminded }: { answer: Answer | null; wasReminded: boolean }) {
  if (answer === null) {
    return wasReminded ? <Chip icon="bell">{t("appointments.answer.none")}</Chip> : null;
  }
  const { tone, icon } = SHOWN[answer];
  return (
    <Chip tone={tone} icon={icon}>
      {answerWords(answer)}
    </Chip>
  );
}
