import { t } from "../core/i18n.ts";
import { Fold } from "../ui/Fold.tsx";
import { PANELS, type PanelProps } from "./panels.ts";

/** What helps to write: each part is read when it is opened. */
export function Beside(props: PanelProps) {
  return (
    <>
      {PANELS.map(({ title, isShown, is: Part }) => (
        <Fold key={title} title={t(title)} isShown={isShown}>
          <Part {...props} />
        </Fold>
      ))}
    </>
  );
}
