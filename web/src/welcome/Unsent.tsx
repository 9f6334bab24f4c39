import { useEffect, useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { Notice } from "../ui/States.tsx";
import { unsentHere } from "../vault/door.ts";

/** How many notes wait here, sealed; never which. */
export function Unsent() {
  const [count, setCount] = useState(0);
  useEffect(() => void unsentHere().then(setCount), []);
  if (count === 0) return null;
  return <Notice tone="warn">{t("welcome.unsent", { count })}</Notice>;
}
