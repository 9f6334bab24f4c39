import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { startOf, today } from "../core/zone.ts";
import { Button } from "../ui/Button.tsx";
import { Choice } from "../ui/Choice.tsx";
import { DateField } from "../ui/DateField.tsx";
import { Field } from "../ui/Field.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure } from "../ui/States.tsx";
import { saveRecord } from "./data.ts";
import styles from "./papers.module.css";
import { type Period, periodOf, type Step } from "./rules.ts";

interface Props {
  clientId: string;
  onClose: () => void;
}

/** A client's record as a document to hand over: what is in it, of which time, and how far it is. */
export default function RecordSheet({ clientId, onClose }: Props) {
  const [period, setPeriod] = useState<Period | null>({});
  const [step, show] = useState<Step | null>(null);
  const away = useRef(new AbortController());
  useEffect(() => () => away.current.abort(), []);
  const saving = useAction(async (asked: Period) => {
    show({ stage: "waiting" });
    await saveRecord(clientId, asked, show, away.current.signal).finally(() => show(null));
    return true;
  });
  const run = async (): Promise<void> => {
    if (!(period && (await saving.run(period))) || away.current.signal.aborted) return;
    say(t("papers.saved"));
    onClose();
  };
  return (
    <Sheet title={t("papers.record")} onClose={onClose}>
      <div class={styles.stack}>
        <p>{t("papers.what")}</p>
        {step ? <Progress step={step} /> : <Which onChange={setPeriod} />}
        {saving.problem && <Failure words={wordsOf(saving.problem)} />}
        <div class={styles.ways}>
          <Button
            kind="primary"
            icon="print"
            isBusy={saving.isRunning}
            aria-disabled={period === null || undefined}
            onClick={() => void run()}
          >
            {t("papers.make")}
          </Button>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
        </div>
      </div>
    </Sheet>
  );
}

/** All of it, or what was between two days. */
function Which({ onChange }: { onChange: (period: Period | null) => void }) {
  const [span, setSpan] = useState<"all" | "days">("all");
  const [first, setFirst] = useState<Temporal.PlainDate | null>(() => today().subtract({ years: 1 }));
  const [last, setLast] = useState<Temporal.PlainDate | null>(today);
  const period = periodOf(first, last, startOf);
  useEffect(() => onChange(span === "all" ? {} : period), [span, period?.from, period?.to]);
  const options = [
    { value: "all", label: t("papers.all") },
    { value: "days", label: t("papers.days") },
  ] as const;
  return (
    <>
      <Choice label={t("papers.period")} options={options} value={span} onChange={setSpan} />
      {span === "days" && (
        <div class={styles.days}>
          <Field label={t("papers.first")} error={first ? undefined : t("papers.no-day")}>
            <DateField value={first} onChange={setFirst} />
          </Field>
          <Field label={t("papers.last")} error={errorOf(first, last)}>
            <DateField value={last} onChange={setLast} />
          </Field>
        </div>
      )}
    </>
  );
}

function errorOf(first: Temporal.PlainDate | null, last: Temporal.PlainDate | null): string | undefined {
  if (!last) return t("papers.no-day");
  return first && Temporal.PlainDate.compare(first, last) > 0 ? t("papers.ends-before") : undefined;
}

function Progress({ step }: { step: Step }) {
  const [done, of] = [step.done ?? 0, step.of ?? 0];
  return (
    <div class={styles.progress} role="status">
      <p>{wordsOfStep(step)}</p>
      <progress
        {...(step.stage === "reading" && of > 0 && { value: done, max: of })}
        aria-label={t("papers.progress")}
      />
    </div>
  );
}

function wordsOfStep({ stage, done = 0, of = 0, seconds = 0 }: Step): string {
  if (stage === "reading") return t("papers.reading", { done, of });
  if (stage === "setting") return t("papers.setting", { count: seconds });
  return t(stage === "ready" ? "papers.arriving" : "papers.waiting");
}
