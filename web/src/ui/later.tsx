import { type ComponentChildren, type ComponentType, createElement } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A part that is loaded when it is first drawn, without holding up what is around it. */
export function later<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  waiting: ComponentChildren = null,
): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Later(given: P) {
    const [part, show] = useState<{ is: ComponentType<P> } | null>(loaded && { is: loaded });
    useEffect(() => {
      if (part) return;
      void load().then((found) => {
        loaded = found.default;
        show({ is: found.default });
      });
    }, []);
    return part ? createElement(part.is, given) : waiting;
  };
}
