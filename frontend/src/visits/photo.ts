/** A photo as it is kept and sent: JPEG, longest side 1,600 px. */
import { saveBlob } from "../sync";

const LONGEST = 1600;

export interface TakenPhoto {
  sha256: string;
  step_key: string;
  media_type: string;
  size: number;
  taken_at: string;
}

/** Shrinks a picture from the camera and keeps its bytes on this phone. Throws if it is not a picture. */
export async function keepPhoto(file: Blob, stepKey: string, takenAt: string): Promise<TakenPhoto> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.82 });
  const bytes = await blob.arrayBuffer();
  return { sha256: await saveBlob(bytes, "image/jpeg"), step_key: stepKey, media_type: "image/jpeg", size: bytes.byteLength, taken_at: takenAt };
}
