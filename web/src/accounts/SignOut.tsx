import { useState } from "preact/hooks";
import { useAction } from "../api/action.ts";
import { gate, isOnItsOwn } from "../api/gate.ts";
import { wordsOf } from "../api/problems.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure } from "../ui/States.tsx";
import { place, unsentOf } from "../vault/door.ts";
import { sendNow } from "../vault/waiting.ts";
import styles from "./accounts.module.css";
import { me, readMe } from "./data.ts";
import { signOut } from "./leaving.ts";

/** The way out. Whoever has unsent words here says first what becomes of them. */
export function SignOut({ kind = "plain" }: { kind?: "plain" | "quiet" }) {
  const [unsent, setUnsent] = useState(0);
  const leaving = useAction(async () => {
    const count = await unsentOf(me.peek()?.user.id);
    setUnsent(count);
    if (count === 0) await signOut();
  });
  return (
    <>
      {leaving.problem && <Failure words={wordsOf(leaving.problem)} />}
      <Button kind={kind} icon="sign-out" isBusy={leaving.isRunning} onClick={() => void leaving.run()}>
        {t("accounts.sign-out")}
      </Button>
      {unsent > 0 && <Unsent count={unsent} onClose={() => setUnsent(0)} again={leaving.run} />}
    </>
  );
}

interface Props {
  count: number;
  onClose: () => void;
  /** Look again what is unsent, and leave if nothing is. */
  again: () => Promise<unknown>;
}

function Unsent({ count, onClose, again }: Props) {
  const sending = useAction(async () => {
    if (!isOnline.peek() || isOnItsOwn.peek()) await readMe(); // perhaps the server is back, and nobody has asked
    await sendNow();
    await again();
  });
  const keeping = useAction(() => signOut("keep"));
  const problem = sending.problem ?? keeping.problem;
  const isOpen = gate.value === "open";
  return (
    <Sheet title={t("accounts.unsent", { count })} onClose={onClose}>
      <div class={styles.stack}>
        {problem && <Failure words={wordsOf(problem)} />}
        {isOpen && (
          <Button kind="primary" isBusy={sending.isRunning} onClick={() => void sending.run()}>
            {t("accounts.send-now")}
          </Button>
        )}
        {!isOpen && <p>{t("accounts.unlock-to-send")}</p>}
        {isOpen && !isOnline.value && <p class={styles.muted}>{t("accounts.send-offline")}</p>}
        {place.value === "own" ? (
          <Button isBusy={keeping.isRunning} onClick={() => void keeping.run()}>
            {t("accounts.keep-unsent")}
          </Button>
        ) : (
          <p class={styles.muted}>{t("accounts.nothing-kept")}</p>
        )}
        <Delete count={count} />
      </div>
    </Sheet>
  );
}

/** Typed, as nothing brings these words back. */
function Delete({ count }: { count: number }) {
  const [typed, setTyped] = useState("");
  const deleting = useAction(() => signOut("delete"));
  const word = t("accounts.delete-word");
  return (
    <form
      class={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim().toLocaleLowerCase() === word) void deleting.run();
      }}
    >
      <Field
        label={t("accounts.type-to-delete", { word })}
        error={deleting.problem && wordsOf(deleting.problem)}
      >
        <input
          required
          autocomplete="off"
          pattern={`\\s*${word}\\s*`}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </Field>
      <Button type="submit" kind="danger" isBusy={deleting.isRunning}>
        {t("accounts.delete-unsent", { count })}
      </Button>
    </form>
  );
}
