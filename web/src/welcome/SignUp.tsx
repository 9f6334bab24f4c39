import { signal } from "@preact/signals";
import { type SignUp as Practice, signUp } from "../accounts/data.ts";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { language } from "../core/language.ts";
import { deviceZone } from "../core/zone.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Failure } from "../ui/States.tsx";
import styles from "./Door.module.css";
import { Door } from "./Door.tsx";
import { fieldWords } from "./fields.ts";
import { EmailField, typedEmail } from "./SignIn.tsx";
import type { Asked } from "./Welcome.tsx";

const typed = signal({ full_name: "", workspace_name: "", timezone: deviceZone(), locale: "" });
const set = (name: keyof typeof typed.value) => (event: { currentTarget: { value: string } }) => {
  typed.value = { ...typed.value, [name]: event.currentTarget.value };
};

function practice(): Practice {
  const { locale, ...rest } = typed.value;
  const chosen = (locale || language.value) as Practice["locale"];
  return { ...rest, locale: chosen, email: typedEmail.value.trim() };
}

/** A new practice: three answers; the zone and the language are guessed and can be changed. */
export function SignUp({ onAsked }: { onAsked: (asked: Asked) => void }) {
  const asking = useAction(async () => {
    const given = practice();
    onAsked({ email: given.email, sent: await signUp(given), again: () => signUp(given), isNew: true });
  });
  const field = fieldWords(asking.problem);
  return (
    <Door title={t("welcome.new-practice")}>
      <form
        class={styles.stack}
        onSubmit={(event) => {
          event.preventDefault();
          void asking.run();
        }}
      >
        <Field label={t("welcome.full-name")} error={field.full_name}>
          <input
            required
            autocomplete="name"
            dir="auto"
            value={typed.value.full_name}
            onInput={set("full_name")}
          />
        </Field>
        <Field label={t("welcome.practice-name")} error={field.workspace_name}>
          <input
            required
            autocomplete="organization"
            dir="auto"
            value={typed.value.workspace_name}
            onInput={set("workspace_name")}
          />
        </Field>
        <EmailField error={field.email} />
        <Guessed />
        {asking.problem && <Failure words={wordsOf(asking.problem)} />}
        <Button type="submit" kind="primary" icon="mail" isBusy={asking.isRunning}>
          {t("welcome.open-practice")}
        </Button>
      </form>
      <div class={styles.ways}>
        <a href="/app/sign-in">{t("welcome.have-practice")}</a>
      </div>
    </Door>
  );
}

const zones = (): string[] => [...new Set([deviceZone(), ...Intl.supportedValuesOf("timeZone")])].sort();

const inWords = (locale: string): string => t(locale === "he" ? "welcome.in-he" : "welcome.in-en");

function Guessed() {
  const { timezone, locale } = typed.value;
  return (
    <details class={styles.details}>
      <summary>
        {t("welcome.guessed", {
          zone: timezone,
          language: inWords(locale || language.value),
        })}
      </summary>
      <div class={styles.stack}>
        <Field label={t("welcome.zone")} hint={t("welcome.zone-hint")}>
          <select dir="ltr" value={timezone} onChange={set("timezone")}>
            {zones().map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        </Field>
        <Field label={t("welcome.language")} hint={t("welcome.language-hint")}>
          <select value={locale || language.value} onChange={set("locale")}>
            <option value="he">{t("welcome.in-he")}</option>
            <option value="en">{t("welcome.in-en")}</option>
          </select>
        </Field>
      </div>
    </details>
  );
}
