/** The wire (sync.md, section 1) and the names of everything that is synced, from generated types. */
import type { components } from "../generated/api";

export type EntityMap = components["schemas"]["EntityMap"];
export type MutationMap = components["schemas"]["MutationMap"];
export type EntityName = keyof EntityMap;
export type MutationName = keyof MutationMap;

/** A row as this phone shows it. `_v` is the server's version (0: not yet there), `_in` its buckets. */
export type Row<E extends EntityName> = EntityMap[E] & { readonly _v: number; readonly _in: string[] };

export type Status = "applied" | "merged" | "rejected" | "parked" | "superseded" | "discarded";

export interface Result {
  n: number;
  mid: string;
  status: Status;
  code: string | null;
  message: string | null;
  fields: unknown;
}

export interface Change {
  bucket: string;
  entity: string;
  id: string;
  op: "put" | "remove";
  v: number;
  row: Record<string, unknown> | null;
}

export interface PushItem {
  n: number;
  mid: string;
  schema: number;
  name: string;
  args?: unknown;
  withheld?: { bytes: number; sha256: string };
  deps: string[];
  supersedes: string | null;
  at: string;
  offset_ms: number;
}

export interface SyncRequest {
  user_id: string;
  client_id: string;
  schema: number;
  sent_at: string;
  cursor: string | null;
  limit: number;
  refill: string[];
  push: PushItem[];
}

export interface SyncAnswer {
  epoch: string;
  last_n: number;
  retry_ms: number | null;
  results: Result[];
  drop: string[];
  changes: Change[];
  cursor: string;
  more: boolean;
  server_time: string;
  min_schema: number;
}

/** The version of mutation arguments that this build writes. */
export const SCHEMA = 1;
export const PUSH_LIMIT = 200;
export const PULL_LIMIT = 1000;
export const BODY_LIMIT = 1_000_000;
export const ARGS_LIMIT = 64 * 1024;
export const KEPT_DAYS = 14;
