import { signal } from "@preact/signals";
import { me, role } from "../accounts/data.ts";
import { useAction } from "../api/action.ts";
import { wordsOf } from "../api/problems.ts";
import { askToStay, thisDevice } from "../core/device.ts";
import { t } from "../core/i18n.ts";
import { Button } from "../ui/Button.tsx";
import { later } from "../ui/later.tsx";
import { Failure, Notice } from "../ui/States.tsx";
import { keepMe } from "../vault/alone.ts";
import { makeOwn, makeShared, place, trouble } from "../vault/door.ts";
import styles from "./OwnDevice.module.css";

const Ready = later(() => import("./Ready.tsx"));

/** What the browser answered when it was asked to keep what lies here; undefined while nobody asked. */
export const stays = signal<boolean | null | undefined>(undefined);

/** Asked once on each browser of somebody who treats: whether it is theirs alone. Until then nothing is kept on it. */
export function OwnDevice({ mayAsk }: { mayAsk: boolean }) {
  if (role.value === "assistant") return null;
  return (
    <>
      {trouble.value && <Trouble what={trouble.value} />}
      {mayAsk && place.value === "unasked" && <Question />}
      {stays.value !== undefined && <Ready />}
    </>
  );
}

/** Said yes: the device is made known, and the browser is asked to keep what lies here. */
export async function sayOwn(): Promise<void> {
  await makeOwn(thisDevice());
  await keepMe(me.peek());
  stays.value = await askToStay();
}

function Question() {
  const owning = useAction(sayOwn);
  return (
    <section class={styles.question} aria-labelledby="own-device">
      <h2 id="own-device">{t("welcome.own-device")}</h2>
      <p>{t("welcome.own-why")}</p>
      {owning.problem && <Failure words={wordsOf(owning.problem)} />}
      <div class={styles.answers}>
        <Button kind="primary" isBusy={owning.isRunning} onClick={() => void owning.run()}>
          {t("welcome.own-yes")}
        </Button>
        <Button onClick={makeShared}>{t("welcome.own-no")}</Button>
      </div>
    </section>
  );
}

const TROUBLE = { removed: "welcome.device-removed", unreadable: "welcome.device-unreadable" } as const;

function Trouble({ what }: { what: keyof typeof TROUBLE }) {
  const read = (): void => {
    trouble.value = null;
  };
  return (
    <Notice tone="danger" action={<Button onClick={read}>{t("ui.close")}</Button>}>
      {t(TROUBLE[what])}
    </Notice>
  );
}
