import { useState } from "preact/hooks";
import { asProblem, Problem } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { queuePhoto } from "../vault/photos.ts";
import { HEAD, kindOf, MOST_BYTES, nameFor } from "./rules.ts";
import { shrink } from "./shrink.ts";
import { refusal, tooLargeWords } from "./words.ts";

export interface Refused {
  name: string;
  words: string;
}

/** A file as it will be sent; refused here when the server would refuse it for sure. */
async function prepared(file: File): Promise<{ name: string; type: string; bytes: Blob }> {
  const kind = kindOf(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()), file.type);
  if (kind === "other") throw new Problem(0, "wrong-file-type");
  const bytes = kind === "pdf" ? file : await shrink(file);
  const type = kind === "pdf" ? "application/pdf" : bytes.type;
  return { name: nameFor(file.name, kind, t("attachments.unnamed")), type, bytes };
}

/** Takes files in, one after the other: each is on the device, sealed, before the next is looked at. */
export function useAdding(clientSessionId: string) {
  const [left, setLeft] = useState(0);
  const [refused, refuse] = useState<readonly Refused[]>([]);
  const one = async (file: File): Promise<string | null> => {
    try {
      const { name, type, bytes } = await prepared(file);
      if (bytes.size > MOST_BYTES) return tooLargeWords(bytes.size);
      await queuePhoto({ clientSessionId, name, type, bytes });
      return null;
    } catch (error) {
      return refusal(asProblem(error));
    }
  };
  const add = async (files: readonly File[]): Promise<void> => {
    if (files.length === 0) return;
    refuse([]);
    setLeft((count) => count + files.length);
    for (const file of files) {
      const words = await one(file);
      if (words !== null) refuse((all) => [...all, { name: file.name, words }]);
      setLeft((count) => count - 1);
    }
  };
  return { add, left, refused };
}
