import type { JSX } from "preact";
import { Icon } from "./Icon.tsx";
import styles from "./SearchBox.module.css";

type Native = JSX.IntrinsicElements["input"];

/** The field of a search, in whichever script somebody types. */
export function SearchBox({ label, ...input }: Native & { label: string }) {
  return (
    <label class={styles.search}>
      <span class="hidden-text">{label}</span>
      <Icon name="search" />
      <input dir="auto" autocomplete="off" spellcheck={false} placeholder={label} {...input} />
    </label>
  );
}
