import type { ComponentChildren } from "preact";
import { type PlainKey, t } from "../core/i18n.ts";
import { install, wayToInstall } from "../core/install.ts";
import { choose, type Language, language } from "../core/language.ts";
import { TEXT_SIZES, THEMES, textSize, theme } from "../core/preferences.ts";
import { useTitle } from "../core/title.ts";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { Choice } from "../ui/Choice.tsx";
import { me } from "./data.ts";
import styles from "./More.module.css";
import { SignOut } from "./SignOut.tsx";

/** Who is signed in, how this device shows PazPaz, and the way out. */
export default function More() {
  useTitle(t("accounts.more"));
  return (
    <div class={styles.more}>
      <h1>{t("accounts.more")}</h1>
      <Who />
      <Looks />
      <Ways />
    </div>
  );
}

const ROLE = {
  owner: "accounts.owner",
  therapist: "accounts.therapist",
  assistant: "accounts.assistant",
} as const;

function Who() {
  const found = me.value;
  if (!found) return null;
  return (
    <section class={styles.card} aria-labelledby="more-practice">
      <h2 id="more-practice">
        <bdi>{found.workspace.name}</bdi>
      </h2>
      <p>
        <bdi>{found.user.full_name}</bdi> · {t(ROLE[found.user.role])}
      </p>
      <p class={styles.muted}>
        <bdi dir="ltr">{found.user.email}</bdi>
      </p>
    </section>
  );
}

const languages = (): { value: Language; label: string }[] => [
  { value: "he", label: t("ui.hebrew") },
  { value: "en", label: t("ui.english") },
];
const LOOKS: Record<string, PlainKey> = {
  "theme-system": "accounts.theme-system",
  "theme-light": "accounts.theme-light",
  "theme-dark": "accounts.theme-dark",
  "text-normal": "accounts.text-normal",
  "text-large": "accounts.text-large",
  "text-larger": "accounts.text-larger",
};
const named = <T extends string>(prefix: "theme" | "text", values: readonly T[]) =>
  values.map((value) => ({ value, label: t(LOOKS[`${prefix}-${value}`] as PlainKey) }));

function Looks() {
  return (
    <Card title={t("accounts.device")}>
      <Choice label={t("accounts.language")} options={languages()} value={language.value} onChange={choose} />
      <Choice
        label={t("accounts.theme")}
        options={named("theme", THEMES)}
        value={theme.value}
        onChange={(chosen) => {
          theme.value = chosen;
        }}
      />
      <Choice
        label={t("accounts.text-size")}
        options={named("text", TEXT_SIZES)}
        value={textSize.value}
        onChange={(chosen) => {
          textSize.value = chosen;
        }}
      />
      <Install />
    </Card>
  );
}

function Install() {
  const way = wayToInstall();
  if (way === "by-hand") return <p class={styles.muted}>{t("ui.install-by-hand")}</p>;
  if (way === null) return null;
  return (
    <div class={styles.ways}>
      <p class={styles.muted}>{t("ui.install-offer")}</p>
      <Button onClick={() => void install()}>{t("ui.install")}</Button>
    </div>
  );
}

function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class={styles.card}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Ways() {
  return (
    <div class={styles.ways}>
      {me.value?.user.role !== "assistant" && (
        <ButtonLink icon="note" href="/app/texts">
          {t("texts.manage")}
        </ButtonLink>
      )}
      <ButtonLink icon="key" href="/second-factor">
        {t("accounts.second-factor")}
      </ButtonLink>
      {me.value?.user.role !== "assistant" && (
        <ButtonLink icon="phone" href="/app/devices">
          {t("accounts.own-devices")}
        </ButtonLink>
      )}
      <SignOut />
    </div>
  );
}
