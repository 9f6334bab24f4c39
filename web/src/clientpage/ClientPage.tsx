import { useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { role } from "../accounts/data.ts";
import { wordsOf } from "../api/problems.ts";
import { ClientSheet } from "../clients/ClientSheet.tsx";
import { useClient } from "../clients/data.ts";
import type { Client } from "../clients/form.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { useTitle } from "../core/title.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { later } from "../ui/later.tsx";
import { Empty, Failure, Skeleton } from "../ui/States.tsx";
import { PastAppointments, Upcoming } from "./Appointments.tsx";
import styles from "./ClientPage.module.css";
import { Details } from "./Details.tsx";
import { useUpcoming } from "./data.ts";
import { Head } from "./Head.tsx";

// Whoever does not treat has none of this in the browser, nor asks for it.
const Strip = later(() => import("./clinical/Strip.tsx"));
const History = later(() => import("./clinical/History.tsx"), <Skeleton rows={6} />);
const OnDevice = later(() => import("./OnDevice.tsx"));
const Record = later(() => import("./owner/Record.tsx"));
const RecordSheet = later(() => import("../papers/RecordSheet.tsx"));
const WhoLooked = later(() => import("./owner/WhoLooked.tsx"));

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export default function ClientPage() {
  useTitle(t("clientpage.title"));
  const { id = "" } = useRoute().params;
  return UUID.test(id) ? <Asked key={id} id={id} /> : <NotHere />;
}

function Asked({ id }: { id: string }) {
  const { data, problem, again } = useClient(id);
  if (problem?.status === 404) return <NotHere />;
  if (!data && (!isOnline.value || problem?.status === 0)) return <OnDevice id={id} again={again} />;
  return (
    <>
      {problem && <Failure words={wordsOf(problem)} again={again} />}
      {data ? <Page client={data} /> : !problem && <Skeleton rows={6} />}
    </>
  );
}

/** The same words for a client who never was and for another practice's. */
function NotHere() {
  return (
    <Empty isPage action={<ButtonLink href="/app/clients">{t("clientpage.to-clients")}</ButtonLink>}>
      {t("clientpage.not-here")}
    </Empty>
  );
}

/** Whether it can be merged or erased: it has not gone into another one, and no day is set. */
const mayEnd = (client: Client): boolean =>
  isOnline.value && client.merged_into === null && client.erasure_due_at === null;

function Page({ client }: { client: Client }) {
  const [isEditing, edit] = useState(false);
  const [isHandingOver, handOver] = useState(false);
  const upcoming = useUpcoming(client.id);
  const isClinical = role.value !== null && role.value !== "assistant";
  const canChange = client.archived_at === null && isOnline.value;
  return (
    <article class={styles.page}>
      <Head
        client={client}
        next={upcoming.data?.items[0]}
        edit={canChange ? () => edit(true) : null}
        handOver={isClinical && isOnline.value ? () => handOver(true) : null}
      />
      {isClinical && (
        <div class={styles.glance}>
          <Strip clientId={client.id} />
        </div>
      )}
      <aside class={styles.side} aria-label={t("clientpage.beside")}>
        <Upcoming read={upcoming} canBook={canChange} clientId={client.id} />
        <Details client={client} />
        {role.value === "owner" && <WhoLooked clientId={client.id} />}
        {role.value === "owner" && mayEnd(client) && <Record client={client} />}
      </aside>
      <div class={styles.main}>
        {isClinical && <History clientId={client.id} canBook={canChange} />}
        {role.value === "assistant" && <PastAppointments clientId={client.id} />}
      </div>
      {isEditing && <ClientSheet client={client} onSaved={() => edit(false)} onClose={() => edit(false)} />}
      {isHandingOver && <RecordSheet clientId={client.id} onClose={() => handOver(false)} />}
    </article>
  );
}
