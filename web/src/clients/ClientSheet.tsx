import { useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { useGuard } from "../core/unsaved.ts";
import { Button } from "../ui/Button.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Notice } from "../ui/States.tsx";
import styles from "./ClientForm.module.css";
import { ClientForm } from "./ClientForm.tsx";
import type { Client } from "./form.ts";

interface Props {
  client?: Client;
  start?: Partial<Client>;
  onSaved: (client: Client) => void;
  onClose: () => void;
}

/** A client's details; what was typed is not thrown away without being asked. */
export function ClientSheet({ client, start, onSaved, onClose }: Props) {
  const [isTouched, touch] = useState(false);
  const [isAsking, ask] = useState(false);
  useGuard(isTouched, () => ask(true));
  const close = (): void => (isTouched ? ask(true) : onClose());
  const saved = (changed: Client): void => {
    touch(false);
    onSaved(changed);
  };
  return (
    <Sheet title={client ? t("clients.edit") : t("clients.add")} onClose={close}>
      {isAsking && isTouched && <Unsaved discard={onClose} goOn={() => ask(false)} />}
      <ClientForm
        {...(client && { client })}
        {...(start && { start })}
        onSaved={saved}
        onCancel={close}
        onTouched={touch}
      />
    </Sheet>
  );
}

function Unsaved({ discard, goOn }: { discard: () => void; goOn: () => void }) {
  const answers = (
    <span class={styles.answers}>
      <Button onClick={goOn}>{t("clients.keep-editing")}</Button>
      <Button kind="danger" onClick={discard}>
        {t("clients.discard")}
      </Button>
    </span>
  );
  return (
    <div class={styles.unsaved} ref={intoView}>
      <Notice tone="warn" action={answers}>
        {t("clients.unsaved")}
      </Notice>
    </div>
  );
}

/** To where one can see it, and with the keyboard on the harmless answer. */
function intoView(box: HTMLElement | null): void {
  box?.scrollIntoView({ block: "center" });
  box?.querySelector("button")?.focus();
}
