/** Applying what a pull brought, in one transaction; and starting again under a new client id. */
import { noteStored } from "./upload";
import { type Change, type EntityMap, KEPT_DAYS, type Result, type SyncAnswer } from "./contract";
import { spareRemove } from "./spare";
import { type AttentionEntry, type Database, ENTITIES, type KeptEntry, type OutboxEntry, type Write, readMeta, tableOf } from "./tables";
import { rebuild, rowKey, writesByRow } from "./view";

type Stored = Record<string, unknown> & { id: string; _v: number; _in: string[] };
const known = new Set<string>(ENTITIES);

interface Pull {
  /** The cursor that the pull began from: if another tab moved it meanwhile, nothing is applied. */
  from: string | null;
  pages: readonly SyncAnswer[];
  results: readonly Result[];
  last_n: number;
  cursor: string;
  epoch: string;
}

/** Applies a completed pull. Answers how many mutations still wait. */
export async function apply(db: Database, pull: Pull): Promise<number> {
  const settled = await db.transaction("rw", db.tables, async () => {
    const meta = await readMeta(db);
    if (meta.cursor !== pull.from) return null;
    const now = new Date();
    // 1. Results: settled entries leave the outbox, into `kept`, and into `attention` where a person must look.
    const gone = await settle(db, pull.results, pull.last_n, now);
    const pending = writesByRow(await db.outbox.orderBy("n").toArray());
    // 2. Rows, each page's drops before its own changes.
    const changed = new Set(gone.flatMap((entry) => entry.touches));
    await applyPages(db, pull.pages, pending, changed);
    // 3. What screens show for the rows that either touched.
    await rebuild(db, changed, pending);
    await readResultRows(db, pull.pages);
    await noteStored(db, storedIn(pull.pages), now);
    await db.meta.put({ ...meta, key: "state", cursor: pull.cursor, epoch: pull.epoch, incomplete: false, last_synced_at: now.toISOString(), refill: [] });
    await db.kept
      .where("settled_at")
      .below(new Date(now.getTime() - KEPT_DAYS * 86_400_000).toISOString())
      .delete();
    return gone;
  });
  if (settled) await spareRemove(settled.map((entry) => entry.mid));
  return db.outbox.count();
}

/**
 * Takes results without a pull (426: this app is too old to be given rows). The rows stay as they are
 * shown: what was answered stays visible until the update brings the server's own rows.
 */
export async function settleOnly(db: Database, results: readonly Result[], last_n: number): Promise<void> {
  const gone = await db.transaction("rw", db.tables, () => settle(db, results, last_n, new Date()));
  await spareRemove(gone.map((entry) => entry.mid));
}

/** Applies pages of a first load before it is complete. False: another tab is further on. */
export async function applyFirstPage(db: Database, from: string | null, pages: readonly SyncAnswer[]): Promise<boolean> {
  return db.transaction("rw", db.tables, async () => {
    const meta = await readMeta(db);
    const last = pages.at(-1);
    if (meta.cursor !== from || !last) return false;
    const pending = writesByRow(await db.outbox.orderBy("n").toArray());
    const changed = new Set<string>();
    await applyPages(db, pages, pending, changed);
    await rebuild(db, changed, pending);
    await db.meta.put({ ...meta, key: "state", cursor: last.cursor, epoch: last.epoch, incomplete: true });
    return true;
  });
}

/** Moves settled entries out of the outbox. Only those whose answer is known and within last_n leave. */
async function settle(db: Database, results: readonly Result[], last_n: number, now: Date): Promise<OutboxEntry[]> {
  const gone: OutboxEntry[] = [];
  const answers = new Map(results.map((result) => [result.mid, result]));
  for (const [mid, result] of answers) {
    const entry = await db.outbox.where("mid").equals(mid).first();
    if (!entry || entry.n > last_n) continue;
    const { again, withheld, ...plain } = entry;
    await db.outbox.delete(entry.n);
    await db.kept.put({ ...plain, status: result.status, settled_at: now.toISOString() } as KeptEntry);
    if (result.status === "rejected" || result.status === "parked") {
      if (!again) await db.attention.put(refused(entry, result, now));
    } else if (entry.supersedes) {
      await db.attention.delete(entry.supersedes);
    }
    void withheld;
    gone.push(entry);
  }
  return gone;
}

function refused(entry: OutboxEntry, result: Result, now: Date): AttentionEntry {
  const { mid, name, args, touches, at, offset_ms } = entry;
  const { code, message, fields } = result;
  return {
    mid,
    format: 1,
    name,
    args,
    touches,
    at,
    offset_ms,
    status: result.status as "rejected" | "parked",
    code,
    message,
    fields,
    settled_at: now.toISOString(),
    settled: null,
    note: null,
  };
}

/** Later changes of a status reach the phone as rows: an admitted item leaves, a declined one says so. */
async function readResultRows(db: Database, pages: readonly SyncAnswer[]): Promise<void> {
  for (const change of pages.flatMap((page) => page.changes)) {
    if (change.entity !== "mutation_result" || !change.row) continue;
    const { mid, status, settled, ...row } = change.row as unknown as EntityMap["mutation_result"];
    const found = await db.attention.get(mid);
    if (!found) continue;
    const isOpen = (status === "rejected" || status === "parked") && (settled === null || settled === undefined || settled === "declined");
    if (isOpen)
      await db.attention.put({ ...found, status, code: row.code, message: row.message ?? found.message, fields: row.fields, settled: settled ?? null, note: row.note ?? null });
    else await db.attention.delete(mid);
  }
}

function storedIn(pages: readonly SyncAnswer[]): Map<string, boolean> {
  const found = new Map<string, boolean>();
  for (const change of pages.flatMap((page) => page.changes)) {
    if (change.entity === "blob_state" && change.row) found.set(String(change.row.sha256 ?? change.id), change.row.state === "stored");
  }
  return found;
}

/**
 * Applies pages to the server's rows. A row that has pending intents, or had until this pull, is
 * changed in `base` only; its key is added to `changed`, to be shown anew.
 */
async function applyPages(db: Database, pages: readonly SyncAnswer[], pending: ReadonlyMap<string, Write[]>, changed: Set<string>): Promise<void> {
  for (const page of pages) {
    for (const bucket of page.drop) await dropBucket(db, bucket, pending, changed);
    await applyChanges(db, page.changes, pending, changed);
  }
}

/** Takes rows out of a bucket; rows that are then in none go. `*` is everything. */
async function dropBucket(db: Database, bucket: string, pending: ReadonlyMap<string, Write[]>, changed: Set<string>): Promise<void> {
  const leave = (row: Stored) => (bucket === "*" ? [] : row._in.filter((one) => one !== bucket));
  for (const shadow of await db.base.toArray()) {
    const row = shadow.row as Stored;
    if (bucket !== "*" && !row._in.includes(bucket)) continue;
    await writeBase(db, shadow.entity, shadow.id, leave(row).length ? { ...row, _in: leave(row) } : null);
    changed.add(rowKey(shadow.entity, shadow.id));
  }
  for (const entity of ENTITIES) {
    const table = tableOf(db, entity);
    const rows = bucket === "*" ? await table.toArray() : await table.where("_in").equals(bucket).toArray();
    const plain = rows.filter((row) => !pending.has(rowKey(entity, row.id)) && !changed.has(rowKey(entity, row.id)));
    await table.bulkDelete(plain.filter((row) => leave(row).length === 0).map((row) => row.id));
    await table.bulkPut(plain.filter((row) => leave(row).length > 0).map((row) => ({ ...row, _in: leave(row) })));
  }
}

/** Puts and removes the rows of one page. Rows with pending intents change in `base` only. */
async function applyChanges(db: Database, changes: readonly Change[], pending: ReadonlyMap<string, Write[]>, changed: Set<string>): Promise<void> {
  const byEntity = new Map<string, Change[]>();
  for (const change of changes) {
    // A kind of row that this build does not know yet comes with the update, from the start.
    if (!known.has(change.entity)) continue;
    const list = byEntity.get(change.entity);
    if (list) list.push(change);
    else byEntity.set(change.entity, [change]);
  }
  for (const [entity, list] of byEntity) {
    const table = tableOf(db, entity);
    const ids = [...new Set(list.map((change) => change.id))];
    const rows = new Map<string, Stored | undefined>();
    const found = await table.bulkGet(ids);
    const inBase = (id: string) => pending.has(rowKey(entity, id)) || changed.has(rowKey(entity, id));
    for (const [i, id] of ids.entries()) {
      rows.set(id, inBase(id) ? ((await db.base.get([entity as never, id]))?.row as Stored | undefined) : found[i]);
    }
    for (const change of list) rows.set(change.id, changeRow(rows.get(change.id), change));
    const puts: Stored[] = [];
    const deletes: string[] = [];
    for (const [id, row] of rows) {
      const key = rowKey(entity, id);
      if (inBase(id)) {
        await writeBase(db, entity as never, id, row ?? null);
        changed.add(key);
      } else if (row) puts.push(row);
      else deletes.push(id);
    }
    if (puts.length) await table.bulkPut(puts);
    if (deletes.length) await table.bulkDelete(deletes);
  }
}

function changeRow(row: Stored | undefined, change: Change): Stored | undefined {
  const buckets = row?._in ?? [];
  if (change.op === "remove") {
    const left = buckets.filter((bucket) => bucket !== change.bucket);
    return row && left.length ? { ...row, _in: left } : undefined;
  }
  return { ...change.row, id: change.id, _v: change.v, _in: buckets.includes(change.bucket) ? buckets : [...buckets, change.bucket] };
}

async function writeBase(db: Database, entity: (typeof ENTITIES)[number], id: string, row: Stored | null): Promise<void> {
  if (row) await db.base.put({ entity, id, row });
  else await db.base.delete([entity, id]);
}

/**
 * Numbers what this phone still holds from 1 under a new client id: after a copied database, a
 * restored server, or numbers that are no longer here. `mid` keeps each exactly once.
 */
export async function startAgain(db: Database, clientId: string, epoch: string | null): Promise<void> {
  await db.transaction("rw", db.tables, async () => {
    const meta = await readMeta(db);
    if (meta.client_id !== clientId) return; // another tab has done it
    const kept = (await db.kept.toArray()).sort((a, b) => a.settled_at.localeCompare(b.settled_at) || a.n - b.n);
    const outbox = await db.outbox.orderBy("n").toArray();
    const again = kept.map(({ status, settled_at, ...entry }) => ({ ...entry, again: status, writes: [], touches: [] }));
    const all = [...again, ...outbox].map((entry, i) => ({ ...entry, n: i + 1 }));
    await db.outbox.clear();
    await db.outbox.bulkAdd(all);
    await db.meta.put({ ...meta, key: "state", client_id: crypto.randomUUID(), next_n: all.length + 1, epoch: epoch ?? meta.epoch });
  });
}
