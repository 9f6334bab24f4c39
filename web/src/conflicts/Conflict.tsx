import { useEffect, useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { useTitle } from "../core/title.ts";
import { type Chain, chainOf } from "../sessions/chains.ts";
import { useConflicts } from "../sessions/data.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { Empty, Failure, Skeleton } from "../ui/States.tsx";
import { About } from "./About.tsx";
import styles from "./conflicts.module.css";
import { Decide } from "./Decide.tsx";
import { Decided } from "./Decided.tsx";
import { useConflict } from "./data.ts";
import type { View } from "./rules.ts";

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Two texts of one note, and the decision between them. */
export default function Conflict() {
  useTitle(t("conflicts.one"));
  const { id = "" } = useRoute().params;
  return UUID.test(id) ? <Asked key={id} id={id} /> : <NotHere />;
}

function Asked({ id }: { id: string }) {
  const all = useConflicts();
  const chain = all.data && chainOf(all.data.items, id);
  const [shown, show] = useState<string | null>(null);
  useEffect(() => {
    // Who comes by an older text of the same device is shown its newest, also once that is decided.
    if (shown === null && (all.data || all.problem)) show(chain?.head.id ?? id);
  });
  const { data, problem, again } = useConflict(shown);
  if (problem?.status === 404) return <NotHere />;
  const failure = problem && <Failure words={wordsOf(problem)} again={again} />;
  if (!data) return failure ?? <Skeleton rows={5} />;
  return (
    <article class={styles.page}>
      {failure}
      <Shown view={data} chain={chain ?? { head: data, repeats: [] }} />
    </article>
  );
}

const Shown = ({ view, chain }: { view: View; chain: Chain }) => (
  <>
    <About view={view} repeats={chain.repeats.length} />
    {view.resolved_at === null ? <Decide key={view.id} view={view} chain={chain} /> : <Decided view={view} />}
  </>
);

const NotHere = () => (
  <Empty isPage action={<ButtonLink href="/app/conflicts">{t("conflicts.to-list")}</ButtonLink>}>
    {t("conflicts.not-here")}
  </Empty>
);
