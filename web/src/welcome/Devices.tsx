import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { me } from "../accounts/data.ts";
import { leaveHere } from "../accounts/leaving.ts";
import { useAction } from "../api/action.ts";
import { api, body, type Schemas } from "../api/client.ts";
import { wordsOf } from "../api/problems.ts";
import { refresh, useRead } from "../api/queries.ts";
import { dayOf } from "../core/format.ts";
import { t } from "../core/i18n.ts";
import { isOnline } from "../core/online.ts";
import { useTitle } from "../core/title.ts";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { Sheet } from "../ui/Sheet.tsx";
import { Failure, Notice, Skeleton } from "../ui/States.tsx";
import { openHere, place } from "../vault/door.ts";
import styles from "./Devices.module.css";
import { sayOwn } from "./OwnDevice.tsx";
import { WithoutServer } from "./WithoutServer.tsx";

type Device = Schemas["Device"];

/** Which of one's devices keep notes while they are typed, and what this one keeps. */
export default function Devices() {
  useTitle(t("welcome.devices"));
  return (
    <div class={styles.devices}>
      <h1>{t("welcome.devices")}</h1>
      <ThisDevice />
      <Others />
    </div>
  );
}

function ThisDevice() {
  const owning = useAction(sayOwn);
  const isOwn = place.value === "own";
  return (
    <section class={styles.card} aria-labelledby="this-device">
      <h2 id="this-device">{t("welcome.this-device")}</h2>
      <p>{t(isOwn ? "welcome.own-kept" : "welcome.shared-kept")}</p>
      {owning.problem && <Failure words={wordsOf(owning.problem)} />}
      {isOwn ? (
        <WithoutServer />
      ) : (
        <div class={styles.ways}>
          <Button isBusy={owning.isRunning} onClick={() => void owning.run()}>
            {t("welcome.own-yes")}
          </Button>
        </div>
      )}
    </section>
  );
}

function Others() {
  const { data, problem, again } = useRead({
    queryKey: ["devices", place.value],
    queryFn: () => body(api.GET("/api/v1/auth/devices")),
  });
  const here = openHere()?.deviceId;
  return (
    <section class={styles.card} aria-labelledby="own-devices">
      <h2 id="own-devices">{t("welcome.my-devices")}</h2>
      {problem && <Failure words={wordsOf(problem)} again={again} />}
      {!data && !problem && <Skeleton rows={2} />}
      {data?.items.length === 0 && <p class={styles.muted}>{t("welcome.no-devices")}</p>}
      <ul class={styles.list}>
        {data?.items.map((device) => (
          <Row key={device.id} device={device} isHere={device.id === here} />
        ))}
      </ul>
    </section>
  );
}

function Row({ device, isHere }: { device: Device; isHere: boolean }) {
  const [isAsked, ask] = useState(false);
  return (
    <li class={styles.row}>
      <div>
        <p class={styles.name}>
          <bdi>{device.name}</bdi>
          {isHere && <Chip tone="ok">{t("welcome.is-here")}</Chip>}
        </p>
        <p class={styles.muted}>
          {t("welcome.since", { day: dayOf(device.created_at) })}
          {device.last_used_at && ` · ${t("welcome.last-used", { day: dayOf(device.last_used_at) })}`}
        </p>
      </div>
      <Button
        aria-disabled={!isOnline.value}
        title={isOnline.value ? undefined : t("problem.offline")}
        onClick={() => ask(isOnline.value)}
      >
        {t("welcome.remove-device")}
      </Button>
      {isAsked && <Removing device={device} isHere={isHere} onClose={() => ask(false)} />}
    </li>
  );
}

interface RemovingProps {
  device: Device;
  isHere: boolean;
  onClose: () => void;
}

function Removing({ device, isHere, onClose }: RemovingProps) {
  const removing = useAction(async () => {
    const params = { path: { device_id: device.id } };
    await api.DELETE("/api/v1/auth/devices/{device_id}", { params });
    onClose();
    if (isHere) await leaveHere(me.peek()?.user.id);
    else await refresh("devices");
  });
  return (
    <Sheet title={t("welcome.remove-device")} onClose={onClose}>
      <div class={styles.stack}>
        <Named>{device.name}</Named>
        <Notice tone="warn">{t(isHere ? "welcome.removing-here" : "welcome.removing")}</Notice>
        {removing.problem && <Failure words={wordsOf(removing.problem)} />}
        <Button kind="danger" isBusy={removing.isRunning} onClick={() => void removing.run()}>
          {t("welcome.remove-device")}
        </Button>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
      </div>
    </Sheet>
  );
}

const Named = ({ children }: { children: ComponentChildren }) => (
  <p class={styles.name}>
    <bdi>{children}</bdi>
  </p>
);
