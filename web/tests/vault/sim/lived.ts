import { ModelBackend } from "./backend.ts";
import { mapDisk, noDisk } from "./disks.ts";
import { type Command, History } from "./history.ts";
import type { Law } from "./law.ts";

/** A history against the model, and what the law says of it. */
export async function lived(commands: readonly Command[], isShared: boolean): Promise<Law> {
  const history = new History(new ModelBackend());
  await history.begin([mapDisk(), isShared ? noDisk() : mapDisk()]);
  for (const one of commands) await history.live(one);
  await history.end();
  history.close();
  return history.law;
}
