import { type ComponentChildren, type ComponentType, createElement } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { Failure } from "./States.tsx";

type Part<P> = { is: ComponentType<P> } | "awaited" | "failed";

/** A part that is loaded when it is first drawn, without holding up what is around it. */
export function later<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  waiting: ComponentChildren = null,
): ComponentType<P> {
  let known: Part<P> = "awaited";
  return function Later(given: P) {
    const [part, show] = useState<Part<P>>(known);
    const start = async (): Promise<void> => {
      show("awaited");
      try {
        known = { is: (await load()).default };
        show(known);
      } catch {
        show("failed");
      }
    };
    useEffect(() => {
      if (known === "awaited") void start();
    }, []);
    if (part === "failed") return <Failure words={t("problem.unexpected")} again={() => void start()} />;
    return part === "awaited" ? waiting : createElement(part.is, given);
  };
}
