// What may be attached, and in which form: pure, so that it is tested without a browser.
export const MOST_BYTES = 10_485_760;
/** The longer side of a picture as it is sent. */
export const LONGEST = 2048;
/** What a file choice offers. HEIC is left out: a phone then hands over a JPEG. */
export const ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf";

export type Kind = "picture" | "pdf" | "other";

/** What is an ending, and no part of the name. */
const ENDINGS =
  /\.(jpe?g|jpe|jfif|pjpeg|a?png|pdf|hei[cf]|hif|avif|webp|gif|bmp|tiff?|dng|bin|dat|tmp|part)$/i;
/** How many bytes say what a file is. */
export const HEAD = 32;
const PDF = /^(\xef\xbb\xbf)?[\0\t\n\f\r ]{0,16}%PDF-/;
const PICTURE = /^(\xff\xd8\xff|\x89PNG\r\n|GIF8|BM|RIFF....WEBP|....ftyp(avi[fs]|hei|mif1|msf1))/s;
export const endingOf = (name: string): string => /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";

/** By its first bytes, whatever it is called; of pictures that are not known so, the browser may know some. */
export function kindOf(head: Uint8Array, type: string): Kind {
  const said = String.fromCharCode(...head.subarray(0, HEAD));
  if (PDF.test(said)) return "pdf";
  return PICTURE.test(said) || type.startsWith("image/") ? "picture" : "other";
}

export const isHeic = ({ name, type }: { name: string; type: string }): boolean =>
  /^image\/hei[cf]/.test(type) || ["heic", "heif"].includes(endingOf(name));

/** As large as it may be, in its own proportions; never larger than it is. */
export function scaled(width: number, height: number): { width: number; height: number } {
  const factor = Math.min(1, LONGEST / Math.max(width, height));
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return { width: side(width), height: side(height) };
}

/** The name of the JPEG that is made of a picture, or of a PDF as it is sent. */
export function nameFor(name: string, kind: "picture" | "pdf", unnamed: string): string {
  const base = name
    .replace(/^.*[/\\]/, "")
    .replace(ENDINGS, "")
    .trim();
  return `${base || unnamed}.${kind === "pdf" ? "pdf" : "jpg"}`;
}

const TAIL = /[\u0590-\u08FF][^A-Za-z0-9([{\u0590-\u08FF]*([A-Za-z0-9([{][^\u0590-\u08FF]*)$/;

/** A name up to its last Hebrew word, and what follows it: "2026.pdf" is read from left to right. */
export function parts(name: string): [start: string, tail: string] {
  const tail = TAIL.exec(name)?.[1] ?? "";
  return [name.slice(0, name.length - tail.length), tail];
}

/** The same in a text that is no HTML. */
export function fileName(name: string): string {
  const [start, tail] = parts(name);
  return `\u2068${start}${tail && `\u2066${tail}\u2069`}\u2069`;
}
