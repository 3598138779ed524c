/**
 * What a screen shows: the server's row with the pending intents of that row on top, in the order in
 * which they were saved. Pulls go on while the outbox is full, and the user always reads what they
 * wrote.
 */
import { type ENTITIES, type BaseRow, type Database, type OutboxEntry, type Write, tableOf } from "./tables";

type Stored = Record<string, unknown> & { id: string; _v: number; _in: string[] };

export const rowKey = (entity: string, id: string): string => `${entity}:${id}`;

/** Lays writes over a row; undefined: there is no such row to show. */
export function overlay(row: Stored | undefined, writes: readonly Write[]): Stored | undefined {
  let shown = row;
  for (const write of writes) {
    if (write.op === "remove") shown = undefined;
    else if (write.op === "put") shown = { ...(shown ?? { _v: 0, _in: [] }), ...write.fields, id: write.id } as Stored;
    else if (shown) shown = { ...shown, ...write.fields };
  }
  return shown;
}

/** All pending writes, by row, in order of n. */
export function writesByRow(entries: readonly OutboxEntry[]): Map<string, Write[]> {
  const found = new Map<string, Write[]>();
  for (const entry of entries) {
    for (const write of entry.writes) {
      const key = rowKey(write.entity, write.id);
      const list = found.get(key);
      if (list) list.push(write);
      else found.set(key, [write]);
    }
  }
  return found;
}

/** Shows a new mutation's writes. Runs in the transaction that saves the mutation. */
export async function show(db: Database, writes: readonly Write[], earlier: ReadonlySet<string>): Promise<void> {
  const fresh = new Set<string>();
  for (const write of writes) {
    const table = tableOf(db, write.entity);
    const row = await table.get(write.id);
    const key = rowKey(write.entity, write.id);
    if (row && !earlier.has(key) && !fresh.has(key)) await db.base.put({ entity: write.entity, id: write.id, row } as BaseRow);
    fresh.add(key);
    const shown = overlay(row, [write]);
    if (shown) await table.put(shown);
    else await table.delete(write.id);
  }
}

/** Works out again what rows look like after `base` or the outbox changed. Same transaction as the change. */
export async function rebuild(db: Database, keys: Iterable<string>, pending: Map<string, Write[]>): Promise<void> {
  for (const key of keys) {
    const cut = key.indexOf(":");
    const entity = key.slice(0, cut) as (typeof ENTITIES)[number];
    const id = key.slice(cut + 1);
    const table = tableOf(db, entity);
    const base = await db.base.get([entity, id]);
    const writes = pending.get(key);
    const shown = overlay(base?.row as Stored | undefined, writes ?? []);
    if (shown) await table.put(shown);
    else await table.delete(id);
    if (!writes && base) await db.base.delete([entity, id]);
  }
}
