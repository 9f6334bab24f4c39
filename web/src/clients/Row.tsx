import { ltr, t } from "../core/i18n.ts";
import { dials } from "../core/phone.ts";
import { Chip } from "../ui/Chip.tsx";
import { Icon } from "../ui/Icon.tsx";
import styles from "./List.module.css";
import { type Entry, fullName, phoneOf } from "./rules.ts";
import { Name, Phone } from "./words.tsx";

interface Props {
  at: number;
  shown: readonly Entry[];
  isActive: boolean;
  isLettered: boolean;
}
const TAGS_SHOWN = 2;

/** One client: the first of a letter says it beside the name. */
export function Row({ at, shown, isActive, isLettered }: Props) {
  const entry = shown[at];
  if (!entry) return null;
  const { person, letter } = entry;
  const isFirst = isLettered && shown[at - 1]?.letter !== letter;
  const stop = isActive ? 0 : -1;
  return (
    <div class={styles.row} data-first={isFirst || undefined}>
      {isLettered && (
        <span class={styles.letter} aria-hidden="true">
          {isFirst ? letter : ""}
        </span>
      )}
      <a class={styles.person} href={`/app/clients/${person.id}`} tabIndex={stop}>
        <Name of={person} />
        {person.tags?.slice(0, TAGS_SHOWN).map((tag) => (
          <span key={tag} class={styles.tag}>
            <Chip>
              <bdi>{tag}</bdi>
            </Chip>
          </span>
        ))}
      </a>
      {person.phone !== null && (
        <a
          class={styles.call}
          href={dials(phoneOf(person) ?? "")}
          tabIndex={stop}
          aria-label={t("clients.call", { name: fullName(person), phone: ltr(phoneOf(person) ?? "") })}
        >
          <Phone of={person} />
          <Icon name="phone" size={18} />
        </a>
      )}
    </div>
  );
}
