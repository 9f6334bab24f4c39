import { t } from "../core/i18n.ts";
import { chosenScope } from "./day.ts";
import type { Scope } from "./rules.ts";
import styles from "./ScopeSwitch.module.css";

const WORDS = { own: "today.own", all: "today.all" } as const;

/** One's own day, or the whole practice's. */
export function ScopeSwitch({ scope }: { scope: Scope }) {
  return (
    <fieldset class={styles.switch}>
      <legend class="hidden-text">{t("today.whose")}</legend>
      {(["own", "all"] as const).map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="scope"
            checked={scope === one}
            onChange={() => {
              chosenScope.value = one;
            }}
          />
          <span>{t(WORDS[one])}</span>
        </label>
      ))}
    </fieldset>
  );
}
