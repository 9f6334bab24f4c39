// What this device remembers, and never anything of a practice.

export const kept = (key: string): string | null => {
  try {
    return localStorage.getItem(`pazpaz.${key}`);
  } catch {
    return null; // storage is switched off
  }
};

export function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`pazpaz.${key}`);
    else localStorage.setItem(`pazpaz.${key}`, value);
  } catch {
    // What was to be kept then holds for this window.
  }
}

/** A lock that the server has not heard of yet: the connection was gone. */
export const isLockDue = {
  read: (): boolean => kept("lock-due") !== null,
  write: (isDue: boolean): void => keep("lock-due", isDue ? "1" : null),
};
