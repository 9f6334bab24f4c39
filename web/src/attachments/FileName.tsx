import { parts } from "./rules.ts";

/** A file's name, in the direction it is read. */
export function FileName({ of }: { of: string }) {
  const [start, tail] = parts(of);
  return (
    <bdi>
      {start}
      {tail && <bdi dir="ltr">{tail}</bdi>}
    </bdi>
  );
}
