// Opening what lies here without the server.
import { isClosed, openHere, stand } from "./door.ts";
import { openDisk, sealedGet, sealedPut, wraps } from "./life.ts";
import { type Own, owns } from "./owns.ts";
import { openPack } from "./pack.ts";

/** Go on after a crash or a reload, while the handle lives. */
export async function openByHandle(): Promise<boolean> {
  return await openFirst((own) => openDisk(own, { handle: true }));
}

export async function openByPrf(userId: string, prf: Uint8Array): Promise<boolean> {
  return await openFirst(async (own) => own.userId === userId && (await openDisk(own, { prf })));
}

export async function openByPassphrase(passphrase: string): Promise<boolean> {
  return await openFirst(
    async (own) => (await wraps(own)).passphrase && (await openDisk(own, { passphrase })),
  );
}

async function openFirst(opens: (own: Own) => Promise<boolean>): Promise<boolean> {
  await isClosed();
  for (const own of owns()) {
    if (!(await opens(own))) continue;
    stand(own, false);
    return true;
  }
  return false;
}

/** By what the vaults of this browser can be opened without the server. */
export async function waysHere(): Promise<{ prf: boolean; passphrase: boolean }> {
  const all = await Promise.all(owns().map(wraps));
  return { prf: all.some(({ prf }) => prf), passphrase: all.some(({ passphrase }) => passphrase) };
}

const ME = "me";

/** Who it is, for a start without the server; and the days ahead. */
export async function keepMe(me: unknown): Promise<void> {
  if (!openHere()) return;
  await sealedPut(ME, me);
  await openPack();
}

export async function keptMe(): Promise<unknown> {
  const me = await sealedGet(ME);
  if (me) await openPack({ isOffline: true });
  return me;
}
