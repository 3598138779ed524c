/** Photos of a form: a tile for each, and one that opens the camera. Made smaller and kept before anything else happens. */
import camera from "lucide-static/icons/camera.svg?raw";
import image from "lucide-static/icons/image.svg?raw";
import clockArrow from "lucide-static/icons/clock-arrow-up.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { clock } from "../core/clock";
import { t } from "../core/words";
import { blobOf, blobUrl, db, isFull, me, saveBlob, uploads, useLive } from "../sync";
import "./form.css";
import "./form-words";
import { Glyph } from "./glyph";
import { Sheet } from "./sheet";

const LONGEST_PX = 1600;
const QUALITY = 0.82;

export interface KeptPhoto {
  sha256: string;
  media_type: string;
  size: number;
  taken_at: string;
}

interface PhotosProps {
  photos: readonly KeptPhoto[];
  onAdd: (photo: KeptPhoto) => void;
  onRemove: (sha256: string) => void;
  testid?: string;
}

export function Photos({ photos, onAdd, onRemove, testid = "photo" }: PhotosProps) {
  const [state, setState] = useState<"ready" | "working" | "bad" | "full">("ready");
  const take = async (file: File | undefined) => {
    if (!file) return;
    setState("working");
    try {
      const bytes = await smaller(file);
      const sha256 = await saveBlob(bytes, "image/jpeg");
      onAdd({ sha256, media_type: "image/jpeg", size: bytes.byteLength, taken_at: clock.now().toISOString() });
      setState("ready");
    } catch (error) {
      setState(isFull(error) ? "full" : "bad");
    }
  };
  const prompt = state === "working" ? "form.photoWorking" : photos.length ? "form.photoMore" : "form.photoFirst";
  return (
    <>
      <div class="photos">
        {photos.map((photo, i) => (
          <PhotoTile key={photo.sha256} sha256={photo.sha256} name={t("form.photo", { n: i + 1 })} onRemove={() => onRemove(photo.sha256)} />
        ))}
        <label class="photo-tile photo-add" aria-busy={state === "working"}>
          <input
            class="visually-hidden"
            type="file"
            accept="image/*"
            capture="environment"
            data-testid={testid}
            onChange={(event) => {
              const input = event.currentTarget;
              void take(input.files?.[0]).then(() => {
                input.value = "";
              });
            }}
          />
          <Glyph svg={camera} size={28} />
          <span>{t(prompt)}</span>
        </label>
      </div>
      {(state === "bad" || state === "full") && (
        <span class="form-missing" role="alert">
          {t(state === "full" ? "form.photoFull" : "form.photoBad")}
        </span>
      )}
    </>
  );
}

/** A photo as a tile; it opens larger. With the bytes on this phone it shows at once, else from the server. */
export function PhotoTile({ sha256, name, onRemove }: { sha256: string; name: string; onRemove?: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const [isAway, setAway] = useState(false);
  const src = usePhoto(sha256);
  const kept = useLive(() => db().blobs.get(sha256), [sha256]);
  const sent = uploads.value.get(sha256);
  return (
    <>
      <button type="button" class="photo-tile" aria-label={name} data-testid="photo-tile" onClick={() => setOpen(true)}>
        {src && !isAway ? <img src={src} alt="" loading="lazy" onError={() => setAway(true)} /> : <Glyph svg={image} size={28} />}
        {kept?.state === "waiting" && (
          <span class="photo-badge" data-testid="waiting">
            {sent ? `${Math.round(sent * 100)}%` : <Glyph svg={clockArrow} size={16} />}
          </span>
        )}
      </button>
      {isOpen && (
        <Sheet title={name} onClose={() => setOpen(false)}>
          {src && !isAway ? <img class="photo-view" src={src} alt={name} /> : <p class="page-note">{t("form.photoAway")}</p>}
          {onRemove && (
            <button
              type="button"
              class="plain-button is-danger"
              onClick={() => {
                setOpen(false);
                onRemove();
              }}
            >
              {t("form.photoRemove")}
            </button>
          )}
        </Sheet>
      )}
    </>
  );
}

function usePhoto(sha256: string): string | undefined {
  const [src, setSrc] = useState<string>();
  useEffect(() => {
    let made: string | undefined;
    let isGone = false;
    void blobOf(sha256).then((kept) => {
      if (isGone) return;
      if (kept) made = URL.createObjectURL(new Blob([kept.bytes], { type: kept.media_type }));
      setSrc(made ?? blobUrl(sha256, me().id));
    });
    return () => {
      isGone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [sha256]);
  return src;
}

/** A picture as JPEG with its longer side at most 1600 px, turned upright. Throws if it is no picture. */
export async function smaller(file: Blob): Promise<ArrayBuffer> {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_PX / Math.max(image.width, image.height));
  const [width, height] = [Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale))];
  const jpeg = await drawn(image, width, height);
  image.close();
  return jpeg.arrayBuffer();
}

async function drawn(image: ImageBitmap, width: number, height: number): Promise<Blob> {
  if (typeof OffscreenCanvas !== "undefined") {
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext("2d")?.drawImage(image, 0, 0, width, height);
    return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  }
  // Safari before 16.4 has no OffscreenCanvas.
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d")?.drawImage(image, 0, 0, width, height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture could not be written"))), "image/jpeg", QUALITY));
}
