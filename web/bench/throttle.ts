import type { Page } from "playwright-core";

const BYTES_PER_SECOND = 1_600_000 / 8;
const LATENCY = 150;

/** A slow phone, and on demand a slow line: 1.6 Mbit/s, 150 ms. */
export async function throttle(
  page: Page,
  { cpu, network }: { cpu: number; network: boolean },
): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpu });
  if (!network) return;
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: LATENCY,
    downloadThroughput: BYTES_PER_SECOND,
    uploadThroughput: BYTES_PER_SECOND / 2,
  });
}
