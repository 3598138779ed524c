/** Sending photos and voice notes in parts that resume, and forgetting bytes that are safely stored. */
import { ApiError, readJson, send } from "../core/api";
import { uploads } from "./blobs";
import { KEPT_DAYS } from "./contract";
import type { BlobEntry, Database } from "./tables";

const PART = 256 * 1024;

/** Sends what waits, one at a time, each from the offset that the server has. Throws Offline or ApiError. */
export async function uploadWaiting(database: Database, signal: AbortSignal): Promise<void> {
  const waiting = await database.blobs.where("state").equals("waiting").sortBy("saved_at");
  for (const { sha256 } of waiting) {
    if (signal.aborted) return;
    const entry = await database.blobs.get(sha256);
    if (entry?.bytes) await upload(database, entry, entry.bytes, signal);
  }
}

async function upload(database: Database, entry: BlobEntry, bytes: ArrayBuffer, signal: AbortSignal): Promise<void> {
  const path = `/api/blobs/${entry.sha256}`;
  try {
    let offset = await begin(path, entry, signal);
    while (offset < entry.size) {
      progress(entry.sha256, offset / entry.size);
      offset = await sendPart(path, bytes, offset, signal);
      await database.blobs.update(entry.sha256, { sent: offset });
    }
    await database.blobs.update(entry.sha256, { state: "sent", sent: entry.size });
  } finally {
    progress(entry.sha256, null);
  }
}

async function begin(path: string, entry: BlobEntry, signal: AbortSignal): Promise<number> {
  const answer = await send(path, { method: "PUT", headers: { "Upload-Length": String(entry.size), "Content-Type": entry.media_type }, signal });
  return offsetOf(answer, 0);
}

async function sendPart(path: string, bytes: ArrayBuffer, offset: number, signal: AbortSignal): Promise<number> {
  const part = bytes.slice(offset, offset + PART);
  const digest = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", part))));
  const answer = await send(path, {
    method: "PATCH",
    headers: { "Upload-Offset": String(offset), "Content-Digest": `sha-256=:${digest}:`, "Content-Type": "application/offset+octet-stream" },
    bytes: part,
    signal,
  });
  return offsetOf(answer, offset + part.byteLength);
}

/** The offset that the server has; 409 answers it too. A changed part was refused: send it again. */
async function offsetOf(answer: Response, otherwise: number): Promise<number> {
  const told = answer.headers.get("Upload-Offset");
  if (answer.ok || (answer.status === 409 && told !== null)) return told === null ? otherwise : Number(told);
  await readJson(answer);
  throw new ApiError(answer.status, "upload", "", null, null);
}

function progress(sha256: string, share: number | null): void {
  const next = new Map(uploads.peek());
  if (share === null) next.delete(sha256);
  else next.set(sha256, share);
  uploads.value = next;
}

/** Marks what a pull said is stored, and deletes bytes 14 days after that. In the pull's transaction. */
export async function noteStored(database: Database, stored: ReadonlyMap<string, boolean>, now: Date): Promise<void> {
  for (const [sha256, isStored] of stored) {
    const entry = await database.blobs.get(sha256);
    if (!entry) continue;
    if (isStored && entry.state !== "stored") await database.blobs.update(sha256, { state: "stored", stored_at: now.toISOString() });
    // The server lost or refused the bytes: they are still here, so they go again.
    if (!isStored && entry.state === "stored" && entry.bytes) await database.blobs.update(sha256, { state: "waiting", stored_at: null });
  }
  const before = new Date(now.getTime() - KEPT_DAYS * 86_400_000).toISOString();
  await database.blobs
    .where("state")
    .equals("stored")
    .filter((entry) => entry.stored_at !== null && entry.stored_at < before)
    .delete();
}
