import { phoneOf } from "./rules.ts";
import styles from "./words.module.css";

interface Named {
  first_name: string;
  last_name: string;
}

/** A name as it is read, with the part it is sorted by in bold. */
export function Name({ of }: { of: Named }) {
  return (
    <bdi class={styles.name}>
      {of.first_name} {of.last_name && <b>{of.last_name}</b>}
    </bdi>
  );
}

export function Phone({ of }: { of: { phone: string | null; phone_shown?: string | null } }) {
  return of.phone === null ? null : (
    <span class={styles.phone} dir="ltr">
      {phoneOf(of)}
    </span>
  );
}
