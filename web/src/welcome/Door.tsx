import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { choose, language } from "../core/language.ts";
import { isOnline } from "../core/online.ts";
import { useTitle } from "../core/title.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/States.tsx";
import styles from "./Door.module.css";

interface Props {
  title: string;
  /** There is a way in without the server. */
  opensHere?: boolean;
  children: ComponentChildren;
}

/** The page of somebody who is not in yet: what it is about, and nothing of a practice's clients. */
export function Door({ title, opensHere = false, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(title);
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <div class={styles.page}>
      <div class={styles.bar}>
        <OtherLanguage />
      </div>
      <main class={styles.door}>
        <p class={styles.brand}>
          <img src="/app/icon.svg" alt="" width={32} height={32} />
          <span>{t("welcome.product")}</span>
        </p>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {!isOnline.value && !opensHere && <Notice tone="warn">{t("welcome.offline")}</Notice>}
        {children}
      </main>
    </div>
  );
}

/** Each language is named in itself. */
function OtherLanguage() {
  const other = language.value === "he" ? "en" : "he";
  return (
    <Button kind="quiet" icon="language" lang={other} onClick={() => choose(other)}>
      {t("welcome.other-language")}
    </Button>
  );
}
