import "../vault/page.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { upload } from "../../src/api/uploading.ts";
import { isOnline, reached } from "../../src/core/online.ts";

type Heard = ((event: { loaded: number; total: number }) => void) | null;

/** A line that takes what it is given at the pace of the test, and never answers. */
class Silent {
  static last: Silent;
  upload: { onprogress: Heard } = { onprogress: null };
  onabort: (() => void) | null = null;
  onloadend: (() => void) | null = null;
  constructor() {
    Silent.last = this;
  }
  open(): void {}
  setRequestHeader(): void {}
  send(): void {}
  abort(): void {
    this.onabort?.();
    this.onloadend?.();
  }
  takes(loaded: number): void {
    this.upload.onprogress?.({ loaded, total: 100 });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("XMLHttpRequest", Silent);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  reached(true);
});

const sending = (): Promise<unknown> =>
  upload("/api/v1/sessions/1/attachments", new FormData(), () => undefined).then(
    () => "sent",
    (error: unknown) => error,
  );

test("a file of which nothing leaves any more did not reach the server", async () => {
  const sent = sending();
  await vi.advanceTimersByTimeAsync(20_000);
  Silent.last.takes(10);
  await vi.advanceTimersByTimeAsync(20_000);
  Silent.last.takes(10); // told again, and not a byte more
  expect(isOnline.value).toBe(true);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(await Promise.race([sent, "still sent"])).toMatchObject({ status: 0, slug: "offline" });
  expect(isOnline.value).toBe(false);
});

test("a slow file goes on for as long as some of it leaves", async () => {
  const sent = sending();
  for (let loaded = 1; loaded < 10; loaded += 1) {
    await vi.advanceTimersByTimeAsync(25_000);
    Silent.last.takes(loaded);
  }
  expect(await Promise.race([sent, "still sent"])).toBe("still sent");
  await vi.advanceTimersByTimeAsync(31_000);
  expect(await sent).toMatchObject({ slug: "offline" });
});
