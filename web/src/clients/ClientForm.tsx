import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { asProblem, type Problem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { FormFoot } from "../ui/FormFoot.tsx";
import { Notice } from "../ui/States.tsx";
import styles from "./ClientForm.module.css";
import { useClinicalFields } from "./clinical.ts";
import { addClient, changeClient, readClient } from "./data.ts";
import { Consent, Names, Reach, Reminders } from "./Fields.tsx";
import {
  type Client,
  changesOf,
  type FieldName,
  type Merged,
  merge,
  touched,
  type Values,
  valuesOf,
} from "./form.ts";
import { LABELS } from "./labels.ts";

interface Props {
  /** Whose details; somebody new without. */
  client?: Client;
  start?: Partial<Client>;
  onSaved: (client: Client) => void;
  onCancel: () => void;
  onTouched: (isTouched: boolean) => void;
}

/** What the fields need: values, how to change one, what is wrong with it, what stands there elsewhere. */
export interface Editing {
  values: Values;
  set: (field: FieldName, value: string) => void;
  errorOf: (field: FieldName) => string | undefined;
  elsewhere: Partial<Values>;
}

export function ClientForm({ client, start, onSaved, onCancel, onTouched }: Props) {
  const { editing, save, merged, isTouched } = useEditing(client, start, onSaved);
  const Clinical = useClinicalFields(client !== undefined && "notes" in client);
  // At once, not after the next picture: who is quick with Escape is asked too.
  useLayoutEffect(() => onTouched(isTouched), [isTouched]);
  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      {merged && <ChangedElsewhere merged={merged} />}
      <Names {...editing} />
      <Reach {...editing} />
      {Clinical && <Clinical {...editing} />}
      <Consent {...editing} />
      <Reminders {...editing} />
      <FormFoot isBusy={save.isRunning} onCancel={onCancel}>
        {save.problem && !merged && <Notice tone="danger">{wordsOf(save.problem)}</Notice>}
      </FormFoot>
    </form>
  );
}

function useEditing(
  client: Client | undefined,
  start: Partial<Client> | undefined,
  onSaved: (saved: Client) => void,
) {
  const [base, setBase] = useState({ client, values: valuesOf(client ?? null) });
  const [values, setValues] = useState<Values>(() => valuesOf(client ?? start ?? null));
  const [merged, setMerged] = useState<Merged | null>(null);
  const keyFor = useIdempotencyKey();
  const save = useAction(async () => {
    const changes = changesOf(base.values, values);
    try {
      onSaved(await (base.client ? changeClient(base.client, changes) : addClient(changes, keyFor(changes))));
    } catch (error) {
      if (asProblem(error).status === 412 && base.client) {
        const theirs = await readClient(base.client.id);
        const found = merge(base.values, values, valuesOf(theirs));
        setBase({ client: theirs, values: valuesOf(theirs) });
        setValues(found.values);
        setMerged(found);
      }
      throw error;
    }
  });
  const set = (field: FieldName, value: string): void => setValues((old) => ({ ...old, [field]: value }));
  const errors = errorsOf(save.problem);
  const editing: Editing = {
    values,
    set,
    errorOf: (field) => errors[field],
    elsewhere: merged?.contested ?? {},
  };
  return { editing, save, merged, isTouched: touched(base.values, values).length > 0 };
}

/** One key for the same content, so that sending it again after a lost answer adds nobody twice. */
function useIdempotencyKey(): (content: unknown) => string {
  const last = useRef({ content: "", key: "" });
  return (content) => {
    const written = JSON.stringify(content);
    if (last.current.content !== written) last.current = { content: written, key: crypto.randomUUID() };
    return last.current.key;
  };
}

/** The server's objections, at their fields, in the reader's words. */
function errorsOf(problem: Problem | null): Partial<Values> {
  const fields = (problem?.fields ?? []).map(({ pointer }) =>
    pointer?.split("/").find((part) => part in LABELS),
  );
  const known = fields.filter((field) => field !== undefined) as FieldName[];
  return Object.fromEntries(
    known.map((field) => [field, t("clients.not-right", { field: t(LABELS[field]) })]),
  );
}

function ChangedElsewhere({ merged: { changed, contested } }: { merged: Merged }) {
  const names = changed.map((field) => t(LABELS[field])).join(", ");
  const isContested = Object.keys(contested).length > 0;
  return (
    <div ref={intoView}>
      <Notice tone="warn">
        {t("clients.changed-meanwhile", { fields: names })}{" "}
        {isContested ? t("clients.contested") : t("clients.save-again")}
      </Notice>
    </div>
  );
}

const intoView = (box: HTMLElement | null): void => box?.scrollIntoView({ block: "nearest" });
