// What may be attached, and in which form: pure, so that it is tested without a browser.
export const MOST_BYTES = 10_485_760;
/** The longer side of a picture as it is sent. */
export const LONGEST = 2048;
/** What a file choice offers. HEIC is left out: a phone then hands over a JPEG. */
export const ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf";

export type Kind = "picture" | "pdf" | "other";

const PICTURES = new Set(["jpg", "jpeg", "jfif", "png", "webp", "gif", "bmp", "avif", "heic", "heif"]);
export const endingOf = (name: string): string => /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";

/** By what the browser says of it, else by the name: some give no type to a HEIC. */
export function kindOf({ name, type }: { name: string; type: string }): Kind {
  const ending = endingOf(name);
  if (type === "application/pdf" || (type === "" && ending === "pdf")) return "pdf";
  return type.startsWith("image/") || (type === "" && PICTURES.has(ending)) ? "picture" : "other";
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
    .replace(/\.[^.]*$/, "")
    .trim();
  return `${base || unnamed}.${kind === "pdf" ? "pdf" : "jpg"}`;
}
