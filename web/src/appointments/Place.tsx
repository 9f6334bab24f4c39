import type { Schemas } from "../api/client.ts";
import type { PlainKey } from "../core/i18n.ts";
import { t } from "../core/i18n.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import styles from "./Place.module.css";

type Kind = Schemas["LocationType"];
const SHOWN: Record<Kind, { words: PlainKey; icon: IconName }> = {
  clinic: { words: "appointments.place.clinic", icon: "place" },
  home: { words: "appointments.place.home", icon: "home" },
  online: { words: "appointments.place.online", icon: "video" },
};

/** The address of an online meeting, if what is written there is one that may be opened. */
export function meetingLink(of: { location_type: Kind; location: string | null }): string | null {
  const address = of.location_type === "online" ? URL.parse(of.location?.trim() ?? "") : null;
  return address?.protocol === "https:" ? address.href : null;
}

/** Where people meet: the address if there is one to read, otherwise what kind of place it is. */
export function Place({ of }: { of: { location_type: Kind; location: string | null } }) {
  const { words, icon } = SHOWN[of.location_type];
  const isRead = of.location && !meetingLink(of);
  return (
    <span class={styles.place}>
      <Icon name={icon} size={16} />
      {isRead ? <bdi>{of.location}</bdi> : t(words)}
    </span>
  );
}
