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

/** The names of what is kept that begin so, without that beginning. */
export function keptNames(beginning: string): string[] {
  const whole = `pazpaz.${beginning}`;
  try {
    const all = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? "");
    return all.filter((name) => name.startsWith(whole)).map((name) => name.slice(whole.length));
  } catch {
    return [];
  }
}

const due = (key: string) => ({
  read: (): boolean => kept(key) !== null,
  write: (isDue: boolean, user = "somebody"): void => keep(key, isDue ? user : null),
  /** Whether it is this person who locked or left. */
  isOf: (user: string): boolean => kept(key) === user,
});

/** A lock that the server has not heard of yet: the connection was gone. */
export const isLockDue = due("lock-due");

/** The same for somebody who left. */
export const isLeaveDue = due("leave-due");
