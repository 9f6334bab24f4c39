/** Something that one tab of the browser holds at a time. */
export interface Hold {
  release(): void;
  /** Resolves when another tab took it away. */
  readonly lost: Promise<void>;
}

export interface Locks {
  /** Null: another tab has it. `steal` takes it away. */
  hold(name: string, options?: { steal?: boolean }): Promise<Hold | null>;
}

/** Without Web Locks every tab believes itself alone: so it was before there were tabs that tell. */
export const webLocks = (locks: LockManager | undefined): Locks => ({
  hold: (name, { steal = false } = {}) =>
    locks
      ? holdBy(locks, name, steal)
      : Promise.resolve({ release: () => undefined, lost: new Promise(() => {}) }),
});

function holdBy(locks: LockManager, name: string, steal: boolean): Promise<Hold | null> {
  const kept = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const given = Promise.withResolvers<Hold | null>();
  const hold: Hold = { release: kept.resolve, lost: gone.promise };
  locks
    .request(name, steal ? { steal } : { ifAvailable: true }, (lock) => {
      given.resolve(lock ? hold : null);
      return lock ? kept.promise : undefined;
    })
    .catch((error) => {
      gone.resolve();
      given.reject(error); // heard only if it was never given
    });
  return given.promise;
}

/** One at a time in all tabs: of two that made a device's vault at once, one would lose its key. */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks ? await locks.request("pazpaz-door", work) : await work();
}
