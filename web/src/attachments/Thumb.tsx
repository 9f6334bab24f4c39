import { useEffect, useState } from "preact/hooks";
import { Icon } from "../ui/Icon.tsx";
import styles from "./attachments.module.css";

/** An address of bytes in memory, as long as they are shown. */
export function useAddress(bytes: Blob | null | undefined): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!bytes) return undefined;
    const made = URL.createObjectURL(bytes);
    setAddress(made);
    return () => {
      URL.revokeObjectURL(made);
      setAddress(null);
    };
  }, [bytes]);
  return address;
}

/** A small picture, or the sign of a file. */
export function Thumb({ bytes }: { bytes: Blob | null | undefined }) {
  const address = useAddress(bytes);
  return (
    <span class={styles.thumb}>
      {address ? <img src={address} alt="" width={56} height={56} /> : <Icon name="note" />}
    </span>
  );
}
