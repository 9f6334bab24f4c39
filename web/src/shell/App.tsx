import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { ErrorBoundary, LocationProvider, useLocation } from "preact-iso";
import { me } from "../accounts/data.ts";
import { watchIdle } from "../accounts/idle.ts";
import { enter, lock, watchGate } from "../accounts/leaving.ts";
import { mailed } from "../accounts/mailed.ts";
import { useAction } from "../api/action.ts";
import { type Gate, gate, proveWith } from "../api/gate.ts";
import { wordsOf } from "../api/problems.ts";
import { Failure, Skeleton } from "../ui/States.tsx";
import { epoch } from "../vault/door.ts";
import { askProof, waiting } from "../welcome/proving.ts";
import { Frame } from "./Frame.tsx";
import { Safe, screen } from "./loading.tsx";
import { Screens } from "./screens.tsx";
import { watchWorker } from "./worker.ts";

const Welcome = screen(() => import("../welcome/Welcome.tsx"));
const Mailed = screen(() => import("../welcome/Mailed.tsx"));
const Due = screen(() => import("../welcome/Due.tsx"));
const Locked = screen(() => import("../welcome/Locked.tsx"));
const ProofSheet = screen(() => import("../welcome/ProofSheet.tsx"));

/** What is shown follows the sign-in: nothing of a practice is on the page before it is open. */
export function App() {
  const starting = useAction(enter);
  // Before the first picture: who is here may be known already.
  useLayoutEffect(() => {
    proveWith(askProof);
    const stop = watchGate(() => void starting.run());
    watchWorker();
    void starting.run();
    return stop;
  }, []);
  return (
    <LocationProvider scope="/app/">
      <ErrorBoundary>
        {starting.problem && gate.value === "unknown" ? (
          <Failure words={wordsOf(starting.problem)} again={() => void starting.run()} />
        ) : (
          <Behind gate={gate.value} />
        )}
      </ErrorBoundary>
    </LocationProvider>
  );
}

function Behind({ gate }: { gate: Gate }) {
  if (mailed.value) return <Mailed />;
  if (gate === "open") return <Open key={`${me.value?.user.id} ${epoch.value}`} />;
  if (gate === "locked") return <Locked />;
  if (gate === "factor-due") return <Due />;
  return gate === "signed-out" ? <Welcome /> : <Skeleton />;
}

const DOORS = new Set(["/app/sign-in", "/app/sign-up"]);

function Open() {
  const { path, route } = useLocation();
  const [isInside, setInside] = useState(!DOORS.has(path));
  useEffect(() => {
    if (!isInside) route("/app/", true);
    setInside(true);
  }, []);
  useEffect(() => {
    const mine = me.peek();
    if (!mine?.sign_in) return undefined;
    return watchIdle(mine.sign_in.idle_minutes, mine.second_factor.is_enrolled, () => void lock());
  }, [me.value]);
  if (!isInside) return null;
  return (
    <Frame>
      <Safe>
        <Screens />
      </Safe>
      {waiting.value && <ProofSheet />}
    </Frame>
  );
}
