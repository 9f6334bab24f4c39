import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { asProblem, wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { useUnsaved } from "../ui/Unsaved.tsx";
import { isOld, readAgain, refreshAll, resolve } from "./data.ts";
import { useKeeping } from "./keeping.ts";
import {
  type Chain,
  combined,
  ownTarget,
  request,
  type Target,
  type Typed,
  tooLong,
  type View,
  type Way,
  waysOf,
} from "./rules.ts";

const NOTHING: Typed = { texts: {}, reason: "" };

/** What is compared, the way that was picked, what is typed for it, and carrying it out. */
export function useMaking(view: View, chain: Chain) {
  const [chosen, setChosen] = useState<Target | null>(null);
  const [picked, setPicked] = useState<Way | null>(null);
  const [typed, setTyped] = useState(NOTHING);
  const [notice, tell] = useState("");
  const target = chosen ?? ownTarget(view);
  const ways = waysOf(view, target);
  const way = picked && ways.includes(picked) ? picked : null;
  const restart = (next: Target | null): void => {
    setChosen(next);
    setPicked(null);
    setTyped(NOTHING);
    touch(false);
    keep(null);
  };
  const { touch, question, close } = useUnsaved(() => restart(chosen));
  const keep = useKeeping(view.id, (kept) => {
    setPicked((now) => now ?? kept.way);
    setTyped((now) => (now === NOTHING ? kept.typed : now));
    touch(true);
    tell(t("conflicts.typed-before"));
  });
  const action = useAction(async (way: Way) => {
    tell("");
    try {
      await resolve(chain, request(view, target, way, typed), target.version);
    } catch (error) {
      const problem = asProblem(error);
      if (!isOld(problem)) throw error;
      setChosen(await readAgain(view.id, target, problem)); // the way and what was typed stay
      tell(problem.status === 412 ? t("conflicts.changed-meanwhile") : wordsOf(problem));
      return;
    }
    touch(false);
    keep(null);
    say(t("conflicts.done"));
    await refreshAll();
  });
  const pick = (next: Way): void => {
    action.reset();
    setPicked(next);
    if (next === "both" && Object.keys(typed.texts).length === 0)
      setTyped({ ...typed, texts: combined(view, target) });
  };
  const type = (next: Typed): void => {
    setTyped(next);
    touch(true);
    if (way) keep({ way, typed: next });
  };
  return {
    target,
    ways,
    way,
    typed,
    notice,
    question,
    pick,
    type,
    /** Compare with another note; asked first when something typed would be lost. */
    aim: (next: Target | null) => close(() => restart(next)),
    isChosen: chosen !== null,
    isReady: tooLong(typed.texts).length === 0 && (way !== "amend" || typed.reason.trim() !== ""),
    go: () => way && void action.run(way),
    isRunning: action.isRunning,
    problem: action.problem && wordsOf(action.problem),
  };
}

export type Making = ReturnType<typeof useMaking>;
