import { Problem } from "../api/problems.ts";
import { isHeic, scaled } from "./rules.ts";

const QUALITY = 0.85;
const WHITE = "#fff";

/** A picture as it may leave the device: upright, no larger than it need be, and of all it knew only what one sees. */
export async function shrink(file: File): Promise<Blob> {
  const picture = await decoded(file);
  try {
    const { width, height } = scaled(picture.width, picture.height);
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    if (!context) throw new Problem(0, "picture-unreadable");
    context.fillStyle = WHITE; // a JPEG has no transparency
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, width, height);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  } finally {
    picture.close();
  }
}

/** Turned as the camera was held: that stands in what is taken away. */
async function decoded(file: File): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Problem(0, isHeic(file) ? "picture-heic" : "picture-unreadable");
  }
}
