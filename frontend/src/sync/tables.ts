/**
 * The phone's database: one per organisation and person.
 *
 * Each entity has a table of what screens show: the server's row with the pending intents on top.
 * While a row has pending intents, the server's own row stands in `base`; otherwise the two are the
 * same and `base` holds nothing for it. The formats of `outbox`, `attention` and `kept` are never
 * rewritten by an upgrade; the rest may be rebuilt from the server.
 */
import Dexie, { type Table } from "dexie";
import type { EntityName, Row, Status } from "./contract";

/** The fields by which rows of an entity are found. A new entity does not compile without its line. */
const INDEXES: Record<EntityName, string> = {
  organization: "",
  team: "",
  person: "team_id, manager_id",
  calendar_day: "on",
  product_line: "",
  product: "product_line_id",
  visit_type: "code",
  territory: "",
  plan: "",
  plan_version: "plan_id",
  account: "person_id",
  leave: "person_id",
  customer: "owner_id",
  contact: "customer_id",
  order: "customer_id, ordered_on",
  receipt: "customer_id, received_on, status",
  visit: "customer_id, planned_on, [person_id+planned_on]",
  task: "customer_id, visit_id, due_on, status",
  credit: "on, [person_id+on], customer_id, source_id",
  target: "[person_id+period_start], period_start, plan_id",
  adjustment: "status, requester_id, approver_id, plan_id",
  change_receipt: "person_id, adjustment_id",
  notice: "created_at",
  mutation_result: "status",
  blob_state: "sha256",
};

export const ENTITIES = Object.keys(INDEXES) as EntityName[];

/** One change that a mutation makes on this phone until the server's own row arrives. */
export interface Write {
  entity: EntityName;
  id: string;
  op: "put" | "set" | "remove";
  /** A whole row for `put`, some fields for `set`. */
  fields: Record<string, unknown>;
}

/** A saved mutation that the server has not settled yet. */
export interface OutboxEntry {
  n: number;
  mid: string;
  format: 1;
  schema: number;
  name: string;
  args: unknown;
  deps: string[];
  supersedes: string | null;
  at: string;
  offset_ms: number;
  writes: Write[];
  /** `entity:id` of every row it changes on this phone. */
  touches: string[];
  /** Was settled before; sent again after a restore of the server or a copied database. */
  again?: Status;
  /** The server said that even alone it is too large: send its size and hash in place of `args`. */
  withheld?: { bytes: number; sha256: string };
}

/** A mutation that the server settled, kept so that it can be sent again after a restore. */
export interface KeptEntry extends OutboxEntry {
  status: Status;
  settled_at: string;
}

/** A mutation that was not accepted, or waits for a person's decision. Nothing leaves silently. */
export interface AttentionEntry {
  mid: string;
  format: 1;
  name: string;
  args: unknown;
  touches: string[];
  at: string;
  offset_ms: number;
  status: "rejected" | "parked";
  code: string | null;
  message: string | null;
  fields: unknown;
  settled_at: string;
  /** `declined`: a manager was asked and said no. */
  settled: string | null;
  /** What the writer asked, or the manager answered. */
  note: string | null;
}

/** Bytes of a photo or voice note, as ArrayBuffer (WebKit loses stored Blobs). */
export interface BlobEntry {
  sha256: string;
  media_type: string;
  size: number;
  bytes: ArrayBuffer | null;
  sent: number;
  state: "waiting" | "sent" | "stored";
  saved_at: string;
  stored_at: string | null;
}

export interface BaseRow {
  entity: EntityName;
  id: string;
  row: Record<string, unknown>;
}

export interface Draft {
  key: string;
  value: unknown;
  saved_at: string;
}

/** What the phone knows about its exchange with the server. */
export interface Meta {
  client_id: string;
  next_n: number;
  cursor: string | null;
  epoch: string | null;
  offset_ms: number;
  /** A first load under way: screens say that the data are not complete. */
  incomplete: boolean;
  last_synced_at: string | null;
  refill: string[];
}

type EntityTables = { [E in EntityName]: Table<Row<E>, string> };

class PhoneDatabase extends Dexie {
  outbox!: Table<OutboxEntry, number>;
  kept!: Table<KeptEntry, string>;
  attention!: Table<AttentionEntry, string>;
  blobs!: Table<BlobEntry, string>;
  base!: Table<BaseRow, [string, string]>;
  meta!: Table<Meta & { key: "state" }, string>;
  drafts!: Table<Draft, string>;

  constructor(name: string) {
    super(name, { chromeTransactionDurability: "strict" });
    this.version(1).stores({
      ...Object.fromEntries(ENTITIES.map((entity) => [entity, ["id", "*_in", INDEXES[entity]].filter(Boolean).join(", ")])),
      outbox: "n, &mid, *touches",
      kept: "mid, settled_at",
      attention: "mid, *touches",
      blobs: "sha256, state",
      base: "[entity+id]",
      meta: "key",
      drafts: "key",
    });
  }
}

export type Database = PhoneDatabase & EntityTables;

/** Opens (and if need be makes) the database of one person. */
export function openDatabase(name: string): Database {
  return new PhoneDatabase(name) as Database;
}

/** The name of a person's database on this phone. */
export const databaseName = (organizationId: string, userId: string): string => `paceline.${organizationId}.${userId}`;

export const newMeta = (): Meta => ({
  client_id: crypto.randomUUID(),
  next_n: 1,
  cursor: null,
  epoch: null,
  offset_ms: 0,
  incomplete: true,
  last_synced_at: null,
  refill: [],
});

/** Reads the phone's state inside a transaction; a new database gets its client id here. */
export async function readMeta(db: Database): Promise<Meta> {
  const found = await db.meta.get("state");
  if (found) return found;
  const fresh = { key: "state" as const, ...newMeta() };
  await db.meta.put(fresh);
  return fresh;
}

/** The table of an entity known by name only. */
export const tableOf = (db: Database, entity: string): Table<Record<string, unknown> & { id: string; _v: number; _in: string[] }, string> => db.table(entity);
