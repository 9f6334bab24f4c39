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
  return new Promise((resolve, reject) => {
    let release = (): void => undefined;
    const kept = new Promise<void>((done) => {
      release = done;
    });
    const request = locks.request(name, steal ? { steal } : { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null);
      resolve({ release, lost });
      return kept;
    });
    const lost = new Promise<void>((gone) => {
      request.catch((error) => {
        gone();
        reject(error); // heard only if it was never given
      });
    });
  });
}
