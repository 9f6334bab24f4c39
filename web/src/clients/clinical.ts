import { useEffect, useState } from "preact/hooks";
import type { ClinicalFields } from "./ClinicalFields.tsx";

type Loaded = typeof ClinicalFields;

/** Loaded only for a client who was answered with clinical fields: an assistant's browser never has them. */
export function useClinicalFields(isClinical: boolean): Loaded | null {
  const [loaded, keep] = useState<Loaded | null>(null);
  useEffect(() => {
    if (isClinical) void import("./ClinicalFields.tsx").then((part) => keep(() => part.ClinicalFields));
  }, [isClinical]);
  return loaded;
}
