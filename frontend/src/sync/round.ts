/**
 * One round with the server: push what waits, pull what changed (sync.md, sections 1 and 3).
 *
 * The pages of one pull are held and applied together: rows, drops, cursor, results and the removal
 * of outbox entries take effect in one transaction at `more: false`. Only a first load is applied page
 * by page, marked as incomplete, so that it resumes where it broke off.
 */
import { ApiError, type CallOptions, readJson, send } from "../core/api";
import { clock } from "../core/clock";
import { apply, applyFirstPage, settleOnly, startAgain } from "./apply";
import { hashOf } from "./blobs";
import { BODY_LIMIT, PULL_LIMIT, PUSH_LIMIT, type PushItem, type Result, SCHEMA, type SyncAnswer, type SyncRequest } from "./contract";
import { type Database, type Meta, type OutboxEntry, readMeta } from "./tables";

export interface RoundResult {
  /** The server asks to come again after so many milliseconds (a mutation is being tried again). */
  retry_ms: number | null;
  /** There is more to send: go on at once. */
  again: boolean;
}

export interface RoundHooks {
  /** Called with the mids of the request about to go out, and with none when the answer is there. */
  flying?: (mids: readonly string[]) => void;
  signal?: AbortSignal;
}

/** Makes one round. Throws Offline, or ApiError for 401, 403, 426 without results, 429 and 503. */
export async function makeRound(db: Database, userId: string, hooks: RoundHooks = {}): Promise<RoundResult> {
  const start = await db.transaction("rw", db.meta, () => readMeta(db));
  const pages: SyncAnswer[] = [];
  const results: Result[] = [];
  let cursor = start.cursor;
  let from = start.cursor;
  let batch = await nextBatch(db);
  const isFirstLoad = start.incomplete;
  for (;;) {
    const answer = await exchange(db, userId, start, cursor, batch, hooks);
    if (answer === "forked") {
      await startAgain(db, start.client_id, null);
      return { retry_ms: null, again: true };
    }
    // 1. A restored server: everything that we hold goes again under a new client id.
    if (start.epoch !== null && answer.epoch !== start.epoch) {
      await startAgain(db, start.client_id, answer.epoch);
      return { retry_ms: null, again: true };
    }
    results.push(...answer.results);
    pages.push(answer);
    // 2. The server does not know numbers that we no longer hold: number what we hold anew.
    if (await isGap(db, answer.last_n)) {
      await startAgain(db, start.client_id, null);
      return { retry_ms: null, again: true };
    }
    if (isFirstLoad && answer.more) {
      const isOurs = await applyFirstPage(db, cursor, pages.splice(0));
      if (!isOurs) return { retry_ms: null, again: true };
      from = answer.cursor;
    }
    cursor = answer.cursor;
    if (!answer.more) {
      const left = await apply(db, { from, pages, results, last_n: answer.last_n, cursor, epoch: answer.epoch });
      return { retry_ms: answer.retry_ms, again: left > 0 && answer.retry_ms === null && results.length > 0 };
    }
    batch = [];
  }
}

async function isGap(db: Database, last_n: number): Promise<boolean> {
  const first = await db.outbox.orderBy("n").first();
  return first !== undefined && first.n > last_n + 1;
}

/** The next mutations to send, in order of n, within the limits of one request. */
async function nextBatch(db: Database): Promise<OutboxEntry[]> {
  const entries = await db.outbox.orderBy("n").limit(PUSH_LIMIT).toArray();
  let size = 1000;
  return entries.filter((entry, i) => {
    size += JSON.stringify(entry.args).length + 400;
    return i === 0 || size <= BODY_LIMIT;
  });
}

/** An outbox entry as it goes over the wire. */
export function toItem(entry: OutboxEntry): PushItem {
  const { n, mid, schema, name, deps, supersedes, at, offset_ms } = entry;
  const rest = { deps, supersedes, at, offset_ms };
  return entry.withheld ? { n, mid, schema, name, withheld: entry.withheld, ...rest } : { n, mid, schema, name, args: entry.args, ...rest };
}

/** One request. Halves the batch on 413, withholds a single item that is still too large. */
async function exchange(db: Database, userId: string, meta: Meta, cursor: string | null, batch: OutboxEntry[], hooks: RoundHooks): Promise<SyncAnswer | "forked"> {
  const sent = Date.now();
  const request: SyncRequest = {
    user_id: userId,
    client_id: meta.client_id,
    schema: SCHEMA,
    sent_at: new Date(sent).toISOString(),
    cursor,
    limit: PULL_LIMIT,
    refill: cursor === meta.cursor ? meta.refill : [],
    push: batch.map(toItem),
  };
  hooks.flying?.(batch.map((entry) => entry.mid));
  try {
    const answer = await post(request, hooks.signal);
    clock.setOffset(new Date(answer.server_time).getTime() - (sent + Date.now()) / 2);
    return answer;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const taken = error.body as Partial<SyncAnswer> | null;
    if (error.status === 426 && taken?.results && taken.epoch === (meta.epoch ?? taken.epoch)) await settleOnly(db, taken.results, taken.last_n ?? 0);
    if (error.status === 409 && error.code === "client_forked") return "forked";
    if (error.status === 413 && batch.length > 0) return exchange(db, userId, meta, cursor, await smaller(db, batch), hooks);
    throw error;
  } finally {
    hooks.flying?.([]);
  }
}

async function smaller(db: Database, batch: OutboxEntry[]): Promise<OutboxEntry[]> {
  const only = batch[0];
  if (batch.length > 1 || !only || only.withheld) return batch.slice(0, Math.floor(batch.length / 2));
  const bytes = new TextEncoder().encode(JSON.stringify(only.args));
  const withheld = { bytes: bytes.length, sha256: await hashOf(bytes) };
  await db.outbox.update(only.n, { withheld });
  return [{ ...only, withheld }];
}

const COMPRESS_FROM = 4096;

async function post(request: SyncRequest, signal?: AbortSignal): Promise<SyncAnswer> {
  const text = JSON.stringify(request);
  const options: CallOptions = { method: "POST", signal, headers: { "Content-Type": "application/json" }, bytes: text };
  if (text.length > COMPRESS_FROM && typeof CompressionStream !== "undefined") {
    options.bytes = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
    options.headers = { ...options.headers, "Content-Encoding": "gzip" };
  }
  return readJson<SyncAnswer>(await send("/api/sync", options));
}
