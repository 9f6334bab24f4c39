/** Milliseconds that the server's clock is ahead, by an answer's Date header, which is exact to the second. */
export function offsetOf(date: string | null, asked: number, answered: number): number | null {
  const server = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(server)) return null;
  const seen = server + 500 - (asked + answered) / 2;
  return Math.abs(seen) < 2000 ? 0 : seen;
}
