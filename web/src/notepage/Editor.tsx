import { useMemo } from "preact/hooks";
import { useLocation } from "preact-iso";
import { wordsOf } from "../api/problems.ts";
import { useTherapists } from "../appointments/data.ts";
import { t } from "../core/i18n.ts";
import { Pen } from "../sessions/pen.ts";
import { SoapFields } from "../sessions/SoapFields.tsx";
import { InsertTemplate } from "../texts/InsertTemplate.tsx";
import { useSnippetList } from "../texts/SnippetList.tsx";
import { Failure } from "../ui/States.tsx";
import type { OpenNote } from "../vault/note.ts";
import { type About, useAbout } from "./about.ts";
import { Bar } from "./Bar.tsx";
import { Beside } from "./Beside.tsx";
import { Filing } from "./Filing.tsx";
import { Final } from "./Final.tsx";
import { Head } from "./Head.tsx";
import { useLeaving } from "./Leaving.tsx";
import styles from "./NotePage.module.css";
import { Paper } from "./Paper.tsx";
import { refusedFields, standing } from "./rules.ts";
import { Tools } from "./Tools.tsx";
import { Warnings } from "./Warnings.tsx";

/** A note on the screen: whose it is, where its words are, its texts, and what helps to write them. */
export function Editor({ note }: { note: OpenNote }) {
  const { data: about, problem, again } = useAbout(note.appointmentId.value);
  const therapists = useTherapists();
  const names = useMemo(() => new Map(therapists.map((one) => [one.id, one.full_name])), [therapists]);
  const pen = useMemo(() => new Pen(), [note]);
  const question = useLeaving(note);
  const { route } = useLocation();
  const state = standing(note.server.value, note.state.value);
  const isUnfiled = note.appointmentId.value === null;
  return (
    <article class={styles.page}>
      <Head about={about ?? null} isUnfiled={isUnfiled} server={note.server.value} names={names}>
        <Tools
          {...{ note, names }}
          onMoved={(appointmentId) => route(`/app/notes/${appointmentId}`, true)}
          onRemoved={() => route(about ? `/app/clients/${about.client_id}` : "/app/", true)}
        />
      </Head>
      {problem && problem.slug !== "offline" && <Failure words={wordsOf(problem)} again={again} />}
      <Bar note={note} />
      {question}
      {isUnfiled && <Filing note={note} />}
      <Warnings note={note} about={about ?? null} names={names} />
      <div class={styles.columns}>
        <div class={styles.texts}>
          {state === "final" ? (
            <Final note={note} names={names} />
          ) : (
            <Draft note={note} pen={pen} isReadOnly={state !== "draft"} />
          )}
        </div>
        {about && <Aside {...{ about, note, pen }} mayCopy={state === "draft"} />}
      </div>
    </article>
  );
}

function Draft({ note, pen, isReadOnly }: { note: OpenNote; pen: Pen; isReadOnly: boolean }) {
  const state = note.state.value;
  const refused = refusedFields(state.kind === "refused" ? state.problem : null);
  const { onTyped, list } = useSnippetList(pen);
  return (
    <>
      <div class={styles.screenOnly}>
        {!isReadOnly && <InsertTemplate note={note} hand={pen} />}
        <SoapFields key={note.clientSessionId} {...{ note, pen, isReadOnly, refused, onTyped }} />
        {list}
      </div>
      <Paper note={note} />
    </>
  );
}

interface AsideProps {
  about: About;
  note: OpenNote;
  pen: Pen;
  mayCopy: boolean;
}

function Aside({ about, note, pen, mayCopy }: AsideProps) {
  return (
    <aside class={styles.beside} aria-label={t("notepage.beside")}>
      <Beside about={about} note={note} pen={mayCopy ? pen : null} />
    </aside>
  );
}
