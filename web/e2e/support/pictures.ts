// Files as phones and scanners make them.
import type { Page } from "playwright-core";

/** A JPEG of two halves, red at the left and blue at the right, as a canvas writes it. */
export async function plainJpeg(page: Page, width: number, height: number): Promise<Buffer> {
  const code = await page.evaluate(
    async ([across, down]) => {
      const canvas = new OffscreenCanvas(across, down);
      const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      context.fillStyle = "#f00";
      context.fillRect(0, 0, across / 2, down);
      context.fillStyle = "#00f";
      context.fillRect(across / 2, 0, across / 2, down);
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
      return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
    },
    [width, height] as const,
  );
  return Buffer.from(code, "base64");
}

export const CAMERA = "CANARYCAM";
/** 32° 5' 7" N: the three fractions of its latitude. */
const LATITUDE = [32, 1, 5, 1, 7, 1];
export const latitudeBytes = (): Buffer => Buffer.concat(LATITUDE.map(long));

const short = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
const long = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const entry = (tag: number, type: number, count: number, value: Buffer): Buffer =>
  Buffer.concat([
    short(tag),
    short(type),
    long(count),
    Buffer.concat([value, Buffer.alloc(4)]).subarray(0, 4),
  ]);

/** What a phone writes into a picture: which camera, how it was held, and where. */
function exif(): Buffer {
  const make = Buffer.from(`${CAMERA}\0`);
  const first = 8 + 2 + 3 * 12 + 4;
  const gps = first + make.length;
  const place = gps + 2 + 2 * 12 + 4;
  const tiff = Buffer.concat([
    Buffer.from("II*\0"),
    long(8),
    short(3),
    entry(0x010f, 2, make.length, long(first)),
    entry(0x0112, 3, 1, short(6)), // held upright: to be turned by a quarter
    entry(0x8825, 4, 1, long(gps)),
    long(0),
    make,
    short(2),
    entry(1, 2, 2, Buffer.from("N\0")),
    entry(2, 5, 3, long(place)),
    long(0),
    latitudeBytes(),
  ]);
  const body = Buffer.concat([Buffer.from("Exif\0\0"), tiff]);
  const size = body.length + 2;
  return Buffer.concat([Buffer.from([0xff, 0xe1, size >> 8, size & 0xff]), body]);
}

/** The same picture with all that. */
export const phoneJpeg = (plain: Buffer): Buffer =>
  Buffer.concat([plain.subarray(0, 2), exif(), plain.subarray(2)]);

/** Width and height that a JPEG says of itself. */
export function sizeOf(jpeg: Buffer): { width: number; height: number } {
  let at = 2;
  while (at < jpeg.length) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xc2)
      return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  throw new Error("no picture");
}

/** A page with nothing on it. */
export function aPdf(): Buffer {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
  ];
  let text = "%PDF-1.4\n";
  const places = objects.map((body, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const start = text.length;
  text += `xref\n0 4\n0000000000 65535 f \n${places.join("")}`;
  return Buffer.from(`${text}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
}

/** From now on every form that this page sends is kept, as it leaves the page. */
export async function keepForms(page: Page): Promise<() => Promise<Buffer[]>> {
  await page.addInitScript(() => {
    const kept: string[] = [];
    Object.assign(window, { sentFiles: kept });
    const { send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.send = function (body) {
      if (!(body instanceof FormData)) return send.call(this, body);
      void new Response(body).arrayBuffer().then((bytes) => {
        kept.push(Array.from(new Uint8Array(bytes), (one) => String.fromCharCode(one)).join(""));
        send.call(this, body);
      });
      return undefined;
    };
  });
  return async () => {
    const kept = await page.evaluate(() => (window as unknown as { sentFiles: string[] }).sentFiles);
    return kept.map((one) => Buffer.from(one, "latin1"));
  };
}
