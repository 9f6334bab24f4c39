import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import { role } from "../accounts/data.ts";
import { t } from "../core/i18n.ts";
import { SCREENS } from "../features.ts";
import { Icon } from "../ui/Icon.tsx";
import { Toasts } from "../ui/Toasts.tsx";
import styles from "./Frame.module.css";
import { LockButton, LockSheet } from "./LockButton.tsx";
import { Notices } from "./Notices.tsx";
import { SyncDot, SyncSheet } from "./SyncDot.tsx";
import { mayOpen } from "./screens.tsx";

/** The main menu, at the bottom of a phone or beside a wider page, and the screen. */
export function Frame({ children }: { children: ComponentChildren }) {
  return (
    <div class={styles.frame}>
      <a class={styles.skip} href="#main">
        {t("ui.skip")}
      </a>
      <Menu />
      <main id="main" tabIndex={-1} class={styles.main}>
        <Notices />
        {children}
      </main>
      <SyncSheet />
      <LockSheet />
      <Toasts />
    </div>
  );
}

function Menu() {
  const { path } = useLocation();
  const entries = SCREENS.filter((screen) => screen.menu && mayOpen(screen, role.value));
  return (
    <nav class={styles.menu} aria-label={t("ui.main-menu")}>
      {entries.map(({ path: target, menu }) => (
        <a key={target} href={target} aria-current={isAt(path, target) ? "page" : undefined}>
          {menu && <Icon name={menu.icon} size={24} />}
          <span>{menu && t(menu.label)}</span>
        </a>
      ))}
      <SyncDot />
      <LockButton />
    </nav>
  );
}

/** The router's paths end without a slash. */
const isAt = (path: string, target: string): boolean =>
  target === "/app/" ? path === "/app" || path === target : path === target || path.startsWith(`${target}/`);
