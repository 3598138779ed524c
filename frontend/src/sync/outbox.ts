/**
 * Saving. One IndexedDB transaction takes a number, appends to the outbox and shows the change; the
 * promise resolves on its `complete` event, so "saved on this phone" is true when it is said.
 */
import Dexie from "dexie";
import { clock } from "../core/clock";
import { ARGS_LIMIT, type EntityName, type MutationMap, type MutationName, SCHEMA } from "./contract";
import type { Here } from "./effects";
import { spareAdd } from "./spare";
import { current, db, effectOf } from "./state";
import { type Database, type OutboxEntry, type Write, readMeta, tableOf } from "./tables";
import { requestRound } from "./trigger";
import { rowKey, show } from "./view";

export interface MutateOptions {
  /** Mutations that this one needs besides those found by its arguments. */
  deps?: string[];
  /** The refused mutation whose place this one takes. */
  supersedes?: string;
}

/** The arguments are larger than the server takes: nothing was saved. */
export class TooLarge extends Error {
  override name = "TooLarge";
}

/** Saves what a person did. Resolves when it is safely on this phone; sending follows by itself. */
export async function mutate<M extends MutationName>(name: M, args: MutationMap[M], options: MutateOptions = {}): Promise<{ mid: string }> {
  const who = current.peek();
  const database = db();
  if (!who) throw new Error("nobody is signed in");
  const plain = JSON.parse(JSON.stringify(args)) as MutationMap[M];
  if (new TextEncoder().encode(JSON.stringify(plain)).length > ARGS_LIMIT) throw new TooLarge(name);
  const effect = await effectOf(name);
  const entry = await database.transaction("rw", database.tables, () => append({ database, effect, name, args: plain, options, who }));
  await spareAdd(database.name, entry);
  requestRound("save");
  return { mid: entry.mid };
}

interface Saving {
  database: Database;
  effect: Awaited<ReturnType<typeof effectOf>>;
  name: MutationName;
  args: unknown;
  options: MutateOptions;
  who: { user_id: string; organization_id: string };
}

async function append({ database, effect, name, args, options, who }: Saving): Promise<OutboxEntry> {
  const meta = await readMeta(database);
  const at = new Date();
  const here = makeHere(database, who, new Date(at.getTime() + clock.offset_ms()).toISOString());
  // Awaiting what is not a promise would let IndexedDB close the transaction.
  const shown = effect(args as never, here as never) as Write[] | Promise<Write[]>;
  const writes = Array.isArray(shown) ? shown : await shown;
  const touches = [...new Set(writes.map((write) => rowKey(write.entity, write.id)))];
  const pending = await database.outbox.orderBy("n").toArray();
  const entry: OutboxEntry = {
    n: meta.next_n,
    mid: crypto.randomUUID(),
    format: 1,
    schema: SCHEMA,
    name,
    args,
    deps: [...new Set([...(options.deps ?? []), ...needs(name, args, pending)])],
    supersedes: options.supersedes ?? null,
    at: at.toISOString(),
    offset_ms: clock.offset_ms(),
    writes,
    touches,
  };
  await database.outbox.add(entry);
  await database.meta.put({ ...meta, key: "state", next_n: meta.next_n + 1 });
  await show(database, writes, new Set(pending.flatMap((one) => one.touches)));
  return entry;
}

/**
 * The pending mutations that one needs: those that made a row which it names, and earlier steps of
 * the same row. Edits of single fields stand alone: one refused edit must not take the next with it.
 */
function needs(name: string, args: unknown, pending: readonly OutboxEntry[]): string[] {
  const named = idsIn(args);
  const own = (args as { id?: string }).id;
  const isEdit = (other: string) => /\.set_/.test(other);
  return pending
    .filter((entry) => entry.writes.some((write) => (write.op === "put" && named.has(write.id)) || (write.id === own && !isEdit(name) && !isEdit(entry.name))))
    .map((entry) => entry.mid);
}

function idsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === "string") found.add(value);
  else if (Array.isArray(value)) for (const item of value) idsIn(item, found);
  else if (value && typeof value === "object") for (const item of Object.values(value)) idsIn(item, found);
  return found;
}

function makeHere(database: Database, who: { user_id: string; organization_id: string }, at: string): Here {
  return {
    person_id: who.user_id,
    organization_id: who.organization_id,
    at,
    get: (entity: EntityName, id: string) => tableOf(database, entity).get(id) as never,
    where: (entity: EntityName, field: string, value: string) => tableOf(database, entity).where(field).equals(value).toArray() as never,
    made: (id: string) => ({ id, organization_id: who.organization_id, created_at: at, created_by: who.user_id }),
  };
}

/** True for an error that says the phone has no room: the save did not happen. */
export function isFull(error: unknown): boolean {
  const name = (error as { name?: string; inner?: { name?: string } })?.name;
  const inner = (error as { inner?: { name?: string } })?.inner?.name;
  return name === Dexie.errnames.QuotaExceeded || inner === "QuotaExceededError";
}

/** A new row id, made on the phone. */
export const newId = (): string => crypto.randomUUID();
