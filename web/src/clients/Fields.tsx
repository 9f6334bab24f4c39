import { now } from "../core/clock.ts";
import { dayOf as dayWords } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { today, zone } from "../core/zone.ts";
import styles from "./ClientForm.module.css";
import type { Editing } from "./ClientForm.tsx";
import { FormField } from "./FormField.tsx";
import { dayOf } from "./form.ts";

export function Names(editing: Editing) {
  return (
    <div class={styles.pair}>
      <FormField {...editing} field="first_name">
        <input type="text" dir="auto" required maxLength={200} autocomplete="off" autofocus />
      </FormField>
      <FormField {...editing} field="last_name">
        <input type="text" dir="auto" required maxLength={200} autocomplete="off" />
      </FormField>
    </div>
  );
}

export function Reach(editing: Editing) {
  return (
    <>
      <div class={styles.pair}>
        <FormField {...editing} field="phone">
          <input type="tel" dir="ltr" maxLength={50} autocomplete="off" />
        </FormField>
        <FormField {...editing} field="email">
          <input type="email" dir="ltr" maxLength={254} autocomplete="off" />
        </FormField>
      </div>
      <div class={styles.pair}>
        <BirthDate {...editing} />
        <FormField {...editing} field="address">
          <input type="text" dir="auto" maxLength={500} autocomplete="off" />
        </FormField>
      </div>
    </>
  );
}

/** Typed: a birthday is years away in any calendar, and a browser's own field follows its own language. */
function BirthDate(editing: Editing) {
  const typed = editing.values.date_of_birth.trim();
  const check = (input: HTMLInputElement | null): void => {
    const isDay = typed === "" || dayOf(typed, today().toString()) !== null;
    input?.setCustomValidity(isDay ? "" : t("clients.no-day"));
  };
  return (
    <FormField {...editing} field="date_of_birth" hint={t("clients.birth-hint")}>
      <input ref={check} type="text" inputMode="numeric" dir="ltr" maxLength={14} autocomplete="off" />
    </FormField>
  );
}

export function Consent({ values, set }: Editing) {
  const given = values.consent_given_at;
  return (
    <label class={styles.check}>
      <input
        type="checkbox"
        checked={given !== ""}
        onChange={(event) => set("consent_given_at", event.currentTarget.checked ? now().toString() : "")}
      />
      {given ? t("clients.consent-on", { day: dayWords(given) }) : t("clients.consent")}
    </label>
  );
}

const ZONES = Intl.supportedValuesOf("timeZone");

/** All zones that the browser knows, and the one that was chosen if it goes by an older name. */
const zonesWith = (chosen: string): readonly string[] =>
  chosen === "" || ZONES.includes(chosen) ? ZONES : [chosen, ...ZONES];

export function Reminders(editing: Editing) {
  const { values, set } = editing;
  return (
    <fieldset class={styles.group}>
      <legend>{t("clients.reminders")}</legend>
      <label class={styles.check}>
        <input
          type="checkbox"
          checked={values.reminders_opt_out !== ""}
          onChange={(event) => set("reminders_opt_out", event.currentTarget.checked ? "yes" : "")}
        />
        {t("clients.opt-out")}
      </label>
      <div class={styles.pair}>
        <FormField {...editing} field="locale">
          <select>
            <option value="">{t("clients.as-practice")}</option>
            <option value="he" lang="he">
              {t("clients.in-hebrew")}
            </option>
            <option value="en" lang="en">
              {t("clients.in-english")}
            </option>
          </select>
        </FormField>
        <FormField {...editing} field="timezone">
          <select>
            <option value="">{t("clients.zone-of-practice", { zone: zone.value })}</option>
            {zonesWith(values.timezone).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </FormField>
      </div>
    </fieldset>
  );
}
