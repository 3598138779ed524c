/** What the person is told about syncing: one signal for the header, one state for each object. */
import { computed, signal } from "@preact/signals";
import { liveQuery } from "dexie";
import type { EntityName } from "./contract";
import { maybeDb, needsSignIn } from "./state";
import type { Database } from "./tables";
import { rowKey } from "./view";

export type SyncState = "local" | "queued" | "sending" | "synced" | "rejected";

export interface SyncStatus {
  online: boolean;
  /** Mutations not yet settled. */
  waiting: number;
  /** Photos and voice notes whose bytes are not on the server yet. */
  waiting_blobs: number;
  /** A round is under way. */
  sending: boolean;
  /** Items that were not accepted or wait for a decision. */
  attention: number;
  lastSyncedAt: string | null;
  /** The first load is not complete. */
  incomplete: boolean;
  needsSignIn: boolean;
}

export const online = signal(true);
export const sending = signal(false);
/** Mids in the request that is under way. */
export const inFlight = signal<ReadonlySet<string>>(new Set());

interface Counts {
  waiting: number;
  waiting_blobs: number;
  attention: number;
  lastSyncedAt: string | null;
  incomplete: boolean;
  touched: ReadonlyMap<string, string[]>;
  refused: ReadonlySet<string>;
}
const nothing: Counts = { waiting: 0, waiting_blobs: 0, attention: 0, lastSyncedAt: null, incomplete: false, touched: new Map(), refused: new Set() };
const counts = signal<Counts>(nothing);

export const syncStatus = computed<SyncStatus>(() => ({
  online: online.value,
  waiting: counts.value.waiting,
  waiting_blobs: counts.value.waiting_blobs,
  sending: sending.value,
  attention: counts.value.attention,
  lastSyncedAt: counts.value.lastSyncedAt,
  incomplete: counts.value.incomplete,
  needsSignIn: needsSignIn.value,
}));

/** The sync state of an object. Reading it in a component re-renders the component when it changes. */
export function pendingOf(entity: EntityName, id: string): SyncState {
  const key = rowKey(entity, id);
  const mids = counts.value.touched.get(key);
  if (mids) return mids.some((mid) => inFlight.value.has(mid)) ? "sending" : "queued";
  return counts.value.refused.has(key) ? "rejected" : "synced";
}

/** Counts for as long as a database is open. Returns the function that stops it. */
export function watchCounts(database: Database): () => void {
  const subscription = liveQuery(() => count(database)).subscribe({
    next: (value) => {
      counts.value = value;
    },
    error: () => undefined,
  });
  return () => {
    subscription.unsubscribe();
    if (maybeDb() !== database) counts.value = nothing;
  };
}

async function count(database: Database): Promise<Counts> {
  const [entries, attention, waiting_blobs, meta] = await Promise.all([
    database.outbox.toArray(),
    database.attention.toArray(),
    database.blobs.where("state").equals("waiting").count(),
    database.meta.get("state"),
  ]);
  const pending = entries.filter((entry) => !entry.again);
  const touched = new Map<string, string[]>();
  for (const entry of pending) for (const key of entry.touches) touched.set(key, [...(touched.get(key) ?? []), entry.mid]);
  return {
    waiting: pending.length,
    waiting_blobs,
    attention: attention.length,
    lastSyncedAt: meta?.last_synced_at ?? null,
    incomplete: meta?.incomplete ?? true,
    touched,
    refused: new Set(attention.flatMap((one) => one.touches)),
  };
}
