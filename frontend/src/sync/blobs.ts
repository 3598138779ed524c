/**
 * Photos and voice notes: kept as ArrayBuffer under their SHA-256, sent in parts that can resume.
 *
 * A mutation may name a hash before its bytes arrive. Bytes leave this phone 14 days after the pull
 * that said `stored`.
 */
import { signal } from "@preact/signals";
import { db } from "./state";
import { requestRound } from "./trigger";

/** How much of each photo under way is sent: hash → 0…1. */
export const uploads = signal<ReadonlyMap<string, number>>(new Map());

/** Keeps bytes on this phone and sends them when there is a connection. Resolves when they are safe. */
export async function saveBlob(bytes: ArrayBuffer, media_type: string): Promise<string> {
  const sha256 = await hashOf(bytes);
  const database = db();
  await database.transaction("rw", database.blobs, async () => {
    if (await database.blobs.get(sha256)) return;
    await database.blobs.add({ sha256, media_type, size: bytes.byteLength, bytes, sent: 0, state: "waiting", saved_at: new Date().toISOString(), stored_at: null });
  });
  requestRound("save");
  return sha256;
}

/** Forgets bytes that no saved mutation names (a photo taken again before saving). */
export async function dropBlob(sha256: string): Promise<void> {
  const database = db();
  await database.transaction("rw", database.blobs, database.outbox, async () => {
    const entries = await database.outbox.toArray();
    if (!entries.some((entry) => JSON.stringify(entry.args).includes(sha256))) await database.blobs.delete(sha256);
  });
}

/** The bytes of a photo if this phone has them. */
export async function blobOf(sha256: string): Promise<{ bytes: ArrayBuffer; media_type: string } | null> {
  const entry = await db().blobs.get(sha256);
  return entry?.bytes ? { bytes: entry.bytes, media_type: entry.media_type } : null;
}

/** The address of a photo on the server, for an <img>. */
export const blobUrl = (sha256: string, userId: string): string => `/api/blobs/${sha256}?user=${encodeURIComponent(userId)}`;

/** SHA-256 in lower-case hex. */
export async function hashOf(bytes: BufferSource): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
