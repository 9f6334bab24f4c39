import { t } from "../core/i18n.ts";
import { Sheet } from "../ui/Sheet.tsx";
import { useUnsaved } from "../ui/Unsaved.tsx";
import { ClientForm } from "./ClientForm.tsx";
import type { Client } from "./form.ts";

interface Props {
  client?: Client;
  start?: Partial<Client>;
  onSaved: (client: Client) => void;
  onClose: () => void;
}

/** A client's details. */
export function ClientSheet({ client, start, onSaved, onClose }: Props) {
  const { touch, close, question } = useUnsaved(onClose);
  const saved = (changed: Client): void => {
    touch(false);
    onSaved(changed);
  };
  return (
    <Sheet title={client ? t("clients.edit") : t("clients.add")} onClose={() => close()}>
      {question}
      <ClientForm
        {...(client && { client })}
        {...(start && { start })}
        onSaved={saved}
        onCancel={() => close()}
        onTouched={touch}
      />
    </Sheet>
  );
}
