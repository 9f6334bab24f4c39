import { useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action.ts";
import { type Problem, wordsOf } from "../../api/problems.ts";
import { book } from "../../appointments/data.ts";
import { addClient } from "../../clients/data.ts";
import { now } from "../../core/clock.ts";
import { timeRange } from "../../core/format.ts";
import { t } from "../../core/i18n.ts";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { Failure } from "../../ui/States.tsx";
import styles from "../Nothing.module.css";

const MINUTES = 60_000;
const LONG = 50 * MINUTES;
const STEP = 5 * MINUTES;

interface Hour {
  start: number;
  end: number;
}

/** The fifty minutes that have just passed. */
const justNow = (): Hour => {
  const end = Math.floor(now().epochMilliseconds / STEP) * STEP;
  return { start: end - LONG, end };
};

/** The first thing in a new practice: whom somebody has just seen, and the note of it. */
export default function FirstNote() {
  const { route } = useLocation();
  const [names, setNames] = useState({ first_name: "", last_name: "" });
  const [hour] = useState(justNow);
  const keys = useKeys();
  const beginning = useAction(async () => {
    const appointment = await begin(trimmed(names), hour, keys(names));
    route(`/app/notes/${appointment.id}`);
  });
  const set = (name: keyof typeof names) => (event: { currentTarget: { value: string } }) =>
    setNames({ ...names, [name]: event.currentTarget.value });
  const refused = refusedIn(beginning.problem);
  return (
    <form
      class={`${styles.nothing} ${styles.first}`}
      onSubmit={(event) => {
        event.preventDefault();
        void beginning.run();
      }}
    >
      <h2>{t("today.whom")}</h2>
      <Field label={t("clients.first-name")} error={refused.first_name}>
        <input required dir="auto" autocomplete="off" value={names.first_name} onInput={set("first_name")} />
      </Field>
      <Field label={t("clients.last-name")} error={refused.last_name}>
        <input required dir="auto" autocomplete="off" value={names.last_name} onInput={set("last_name")} />
      </Field>
      <p class={styles.next}>{t("today.just-now", { time: timeRange(hour.start, hour.end) })}</p>
      {beginning.problem && <Failure words={wordsOf(beginning.problem)} />}
      <Button type="submit" kind="primary" icon="note" isBusy={beginning.isRunning}>
        {t("today.write-first")}
      </Button>
      <p class={styles.actions}>
        <ButtonLink kind="quiet" href="/app/clients">
          {t("today.first-client")}
        </ButtonLink>
        <ButtonLink kind="quiet" href="/app/calendar">
          {t("today.first-appointment")}
        </ButtonLink>
      </p>
    </form>
  );
}

type Names = { first_name: string; last_name: string };

const trimmed = (names: Names): Names => ({
  first_name: names.first_name.trim(),
  last_name: names.last_name.trim(),
});

/** The client, then the appointment; sent again after a lost answer, both are made once. */
async function begin(names: Names, hour: Hour, keys: Keys) {
  const client = await addClient(names, keys.client);
  const given = {
    client_id: client.id,
    scheduled_start: new Date(hour.start).toISOString(),
    scheduled_end: new Date(hour.end).toISOString(),
  };
  return book(given as never, client, keys.appointment);
}

interface Keys {
  client: string;
  appointment: string;
}

/** The same keys while the names stay the same. */
function useKeys(): (names: Names) => Keys {
  const last = useRef({ of: "", keys: { client: "", appointment: "" } });
  return (names) => {
    const written = JSON.stringify(trimmed(names));
    if (last.current.of !== written)
      last.current = {
        of: written,
        keys: { client: crypto.randomUUID(), appointment: crypto.randomUUID() },
      };
    return last.current.keys;
  };
}

function refusedIn(problem: Problem | null): Partial<Names> {
  const fields = (problem?.fields ?? []).map(({ pointer }) => pointer?.split("/")[1] ?? "");
  return Object.fromEntries(fields.map((field) => [field, t("welcome.not-accepted")]));
}
