import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { lazy, useLocation } from "preact-iso";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/States.tsx";

type Loaded = { default: ComponentType };

/** A part of the app that is loaded when first shown; if it cannot be, the page says so. */
export const screen = (load: () => Promise<Loaded>) =>
  lazy(() => load().catch((): Loaded => ({ default: NotLoaded })));

/** A screen that fails leaves the menu and the lock where they are; another one may work. */
export function Safe({ children }: { children: ComponentChildren }) {
  const [failure, reset] = useErrorBoundary();
  const { path } = useLocation();
  useEffect(reset, [path]);
  return failure === undefined ? children : <NotLoaded />;
}

/** Most often another version was installed meanwhile, and this one's files are gone. Without a connection a page that is loaded again would be none. */
function NotLoaded() {
  if (!isOnline.value) return <Notice tone="warn">{t("shell.screen-away")}</Notice>;
  const reload = <Button onClick={() => location.reload()}>{t("shell.reload")}</Button>;
  return (
    <Notice tone="danger" action={reload}>
      {t("shell.screen-failed")}
    </Notice>
  );
}
