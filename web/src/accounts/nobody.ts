const page = document.documentElement.dataset;

/** The page came without a sign-in: the server saw no cookie of one. */
export const cameForNobody = (): boolean => page.nobody !== undefined;

/** The same, for the first who asks: after that somebody may have signed in. */
export function isNobodyYet(): boolean {
  const is = cameForNobody();
  delete page.nobody;
  return is;
}
