// Loaded only by those who treat.
import { t } from "../core/i18n.ts";
import styles from "./appointments.module.css";

export default function ClinicalNotes({ notes }: { notes: string | null }) {
  if (!notes) return null;
  return (
    <>
      <dt>{t("appointments.notes")}</dt>
      <dd>
        <p class={styles.text}>{notes}</p>
      </dd>
    </>
  );
}
