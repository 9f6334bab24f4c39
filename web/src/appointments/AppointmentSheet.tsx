import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { Sheet } from "../ui/Sheet.tsx";
import { useUnsaved } from "../ui/Unsaved.tsx";
import { Actions, type Mode } from "./Actions.tsx";
import { AppointmentForm } from "./AppointmentForm.tsx";
import type { Appointment, Member } from "./data.ts";
import { Facts } from "./Facts.tsx";
import { MoveForm } from "./MoveForm.tsx";
import { Removal } from "./Removal.tsx";
import { nameOf } from "./rules.ts";

export interface SheetProps {
  item: Appointment;
  therapists: Member[];
  isAssistant: boolean;
  /** Nothing can be changed while there is no connection. */
  mayWrite: boolean;
  /** What is known of its mails. */
  mails: ComponentChildren;
  onMove: (start: number) => void;
  /** Something changed: what it was before, so that it can be put back. */
  onChanged: (saved: Appointment, was: Appointment) => void;
  onRemoved: () => void;
  /** It is another client's; null where that is not this person's to say. */
  onOther: (() => void) | null;
  show: (id: string) => void;
  onClose: () => void;
}

/** All about one appointment, and all that can be done with it. */
export function AppointmentSheet(props: SheetProps) {
  const [mode, setMode] = useState<Mode>("facts");
  const { item, onClose } = props;
  const { touch, close, question } = useUnsaved(onClose);
  const back = (): void => setMode("facts");
  const done = (): void => {
    touch(false);
    back();
  };
  return (
    <Sheet title={nameOf(item.client) || t("appointments.title")} onClose={() => close()}>
      {question}
      {mode === "facts" && (
        <>
          <Facts {...props} />
          {props.mayWrite && <Actions {...props} setMode={setMode} />}
        </>
      )}
      {mode === "edit" && (
        <AppointmentForm {...props} onTouched={touch} onDone={done} onCancel={() => close(back)} />
      )}
      {mode === "move" && (
        <MoveForm
          item={item}
          onCancel={back}
          onMove={(start) => {
            onClose();
            props.onMove(start);
          }}
        />
      )}
      {mode === "remove" && <Removal {...props} onCancel={back} />}
    </Sheet>
  );
}
