import { Route, Router } from "preact-iso";
import { role } from "../accounts/data.ts";
import { t } from "../core/i18n.ts";
import { type Role, SCREENS, type Screen } from "../features.ts";
import { ButtonLink } from "../ui/Button.tsx";
import { Empty } from "../ui/States.tsx";
import { arrived, useScrollMemory } from "./arrival.ts";
import { screen as loading } from "./loading.tsx";

export const mayOpen = (screen: Screen, who: Role | null): boolean =>
  who !== null && (screen.roles === undefined || screen.roles.includes(who));

const loaded = SCREENS.map((screen) => ({ screen, component: loading(screen.load) }));

// What everybody may open is loaded while the server still says who is here.
void SCREENS.find(({ path, roles }) => !roles && path === location.pathname)
  ?.load()
  .catch(() => undefined);

/** The screen at the address, if this person may open it. */
export function Screens() {
  useScrollMemory();
  return (
    <Router onRouteChange={arrived}>
      {loaded
        .filter(({ screen }) => mayOpen(screen, role.value))
        .map(({ screen, component }) => (
          <Route key={screen.path} path={screen.path} component={component} />
        ))}
      <Route default component={Nothing} />
    </Router>
  );
}

function Nothing() {
  return (
    <Empty isPage action={<ButtonLink href="/app/">{t("ui.to-today")}</ButtonLink>}>
      {t("ui.not-here")}
    </Empty>
  );
}
