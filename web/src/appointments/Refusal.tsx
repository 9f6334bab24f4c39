import { explain, type Problem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/States.tsx";

explain({
  "appointment-conflict": "appointments.conflict",
  "appointment-too-long": "appointments.too-long",
  "appointment-not-begun": "appointments.not-begun",
  "ends-before-start": "appointments.ends-before-start",
  "therapist-unknown": "appointments.therapist-unknown",
  "client-archived": "appointments.client-archived",
});

interface Props {
  problem: Problem | null;
  show: (id: string) => void;
  /** Read what is there now. */
  again: () => void;
}

/** Why the server refused, and the way on: to the other appointment, or to what is there now. */
export function Refusal({ problem, show, again }: Props) {
  if (!problem) return null;
  const other = problem.members.appointment_id;
  const action =
    typeof other === "string" ? (
      <Button onClick={() => show(other)}>{t("appointments.show-other")}</Button>
    ) : problem.status === 412 ? (
      <Button onClick={again}>{t("appointments.read-again")}</Button>
    ) : null;
  return (
    <Notice tone="danger" action={action}>
      {wordsOf(problem)}
    </Notice>
  );
}
