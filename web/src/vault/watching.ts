// What others save while a note is open here is taken over: nothing of it is read unless something changed.
import { api, body } from "../api/client.ts";
import { asProblem } from "../api/problems.ts";
import type { Keeper } from "./keeper.ts";
import type { Vault } from "./vault.ts";

export const WATCHED_EVERY = 30_000;

interface Changed {
  entity: string;
  id: string;
  version: number;
}

/** Ask for changes since the last time; null: they are not known any more. */
export type Ask = (since: string | null) => Promise<{ items: Changed[]; next: string } | null>;

export const askChanges: Ask = async (since) => {
  try {
    return await body(api.GET("/api/v1/changes", { params: { query: since === null ? {} : { since } } }));
  } catch (error) {
    if (asProblem(error).status === 410) return null;
    throw error;
  }
};

/** Watch the notes that are open in a vault until the answer is called. */
export function watchNotes(vault: Vault, ask: Ask, isVisible: () => boolean): () => void {
  const { world } = vault;
  let since: string | null = null;
  let cancel = (): void => undefined;
  const look = async (): Promise<void> => {
    const open = [...vault.keepers.peek().values()].filter(isWatched);
    if (!open.length)
      since = null; // what is opened later is read then
    else if (isVisible() && world.isOnline.peek() && world.isOpen.peek()) {
      const told = await ask(since);
      const wasKnown = told !== null && since !== null;
      since = told?.next ?? null;
      await Promise.all(
        open.filter((one) => !wasKnown || isNews(one, told.items)).map((one) => one.refresh()),
      );
    }
  };
  const again = (): void => {
    cancel = world.after(
      WATCHED_EVERY,
      () =>
        void look()
          .catch(() => undefined)
          .then(again),
    );
  };
  again();
  return () => cancel();
}

const isWatched = (keeper: Keeper): boolean =>
  keeper.openings > 0 && keeper.hold.peek() !== null && keeper.record.peek().sessionId !== null;

function isNews(keeper: Keeper, items: readonly Changed[]): boolean {
  const { sessionId, base } = keeper.record.peek();
  return items.some(({ id, version }) => id === sessionId && version > (base?.version ?? 0));
}
