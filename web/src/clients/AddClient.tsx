import { useLocation } from "preact-iso";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { ClientSheet } from "./ClientSheet.tsx";
import type { Client } from "./form.ts";
import { fullName, startOf } from "./rules.ts";

/** Add somebody, and go to their page. */
export function AddClient({ name, onClose }: { name: string; onClose: () => void }) {
  const { route } = useLocation();
  const added = (client: Client): void => {
    say(t("clients.added", { name: fullName(client) }));
    onClose();
    setTimeout(() => route(`/app/clients/${client.id}`)); // once nothing unsaved is on the screen any more
  };
  return <ClientSheet start={startOf(name)} onSaved={added} onClose={onClose} />;
}
