/**
 * Sealing: what only this phone has, encrypted when its owner leaves, under a key that the server
 * gives back only at that person's sign-in. The rest of the database is deleted.
 */
import { type Sealed, boot } from "./boot";
import { type Database, openDatabase, readMeta } from "./tables";

const KEPT_STORES = ["outbox", "attention", "kept", "drafts", "blobs", "meta"] as const;

/** Everything that the server does not have, as text; photos in base64. */
async function contents(database: Database): Promise<string> {
  const stores = await database.transaction(
    "r",
    KEPT_STORES.map((name) => database.table(name)),
    async () => {
      const all: Record<string, unknown[]> = {};
      for (const name of KEPT_STORES) all[name] = await database.table(name).toArray();
      return all;
    },
  );
  return JSON.stringify(stores, (_, value: unknown) => (value instanceof ArrayBuffer ? { $bytes: toBase64(value) } : value));
}

function fromContents(text: string): Record<string, unknown[]> {
  return JSON.parse(text, (_, value: unknown) => {
    const bytes = (value as { $bytes?: string } | null)?.$bytes;
    return typeof bytes === "string" ? Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0)).buffer : value;
  }) as Record<string, unknown[]>;
}

/** Encrypts what only this phone has, and deletes the database. */
export async function seal(database: Database, lockKey: string): Promise<void> {
  const { iv, data } = await encrypt(await contents(database), lockKey);
  await boot().sealed.put({ key: database.name, iv, data });
  await database.delete();
}

/** Puts sealed work back into its owner's database. A seal that this key does not open stays as it is. */
export async function unseal(name: string, lockKey: string): Promise<void> {
  const sealed = await boot().sealed.get(name);
  if (!sealed) return;
  const stores = await decrypt(sealed, lockKey).then(fromContents, () => null);
  if (!stores) return;
  const database = openDatabase(name);
  await database.transaction(
    "rw",
    KEPT_STORES.map((store) => database.table(store)),
    async () => {
      for (const store of KEPT_STORES) await database.table(store).bulkPut(stores[store] ?? []);
      const meta = await readMeta(database);
      await database.meta.put({ ...meta, key: "state", cursor: null, incomplete: true });
    },
  );
  database.close();
  await boot().sealed.delete(name);
}

/** The same as a file, for an administrator to import: what it is, whose, and the encrypted contents. */
export async function exportFile(database: Database, lockKey: string, who: { user_id: string; organization_id: string }): Promise<string> {
  const { iv, data } = await encrypt(await contents(database), lockKey);
  return JSON.stringify({ paceline_export: 1, algorithm: "AES-GCM", ...who, iv: toBase64(iv.buffer as ArrayBuffer), data: toBase64(data) });
}

async function keyOf(lockKey: string): Promise<CryptoKey> {
  const raw = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(lockKey));
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function encrypt(text: string, lockKey: string): Promise<{ iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer }> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(lockKey), new TextEncoder().encode(text)) };
}

async function decrypt({ iv, data }: Sealed, lockKey: string): Promise<string> {
  return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await keyOf(lockKey), data));
}

function toBase64(bytes: ArrayBuffer): string {
  let text = "";
  const all = new Uint8Array(bytes);
  for (let i = 0; i < all.length; i += 32_768) text += String.fromCharCode(...all.subarray(i, i + 32_768));
  return btoa(text);
}
