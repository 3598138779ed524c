/**
 * The engine of one open database: makes rounds when there is cause, listens for pokes, sends photos.
 *
 * Timing: after a failed round it comes again after 2 s, doubling to 40 s, with jitter, for
 * as long as something waits; a server that says when (`retry_ms`, `Retry-After`) is obeyed.
 */
import { ApiError, Offline } from "../core/api";
import { uploadWaiting } from "./upload";
import { markerOf, setMarker } from "./marker";
import { makeRound } from "./round";
import { db, maybeDb, needsSignIn, needsUpdate } from "./state";
import { inFlight, online, sending, watchCounts } from "./status";
import type { Database } from "./tables";
import { requestRound, setRunner } from "./trigger";

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 40_000;
const IDLE_WAIT = 60_000;
const LOCK_WAIT = 25_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let wait = FIRST_WAIT;
let aborter = new AbortController();
let stopCounting: (() => void) | null = null;
let uploading: Promise<void> | null = null;
let userId: string | null = null;

/** Begins rounds for the open database. */
export async function startEngine(user: string): Promise<void> {
  if (userId === user && stopCounting) {
    void requestRound("start");
    return;
  }
  userId = user;
  aborter = new AbortController();
  stopCounting = watchCounts(db());
  setRunner(runRound);
  void requestRound("start");
}

/** Ends rounds: what is under way is aborted, and nothing is sent afterwards. */
export async function stopEngine(): Promise<void> {
  setRunner(null);
  clearTimeout(timer);
  aborter.abort();
  stopCounting?.();
  stopCounting = null;
  userId = null;
  await uploading?.catch(() => undefined);
}

async function runRound(): Promise<void> {
  const database = maybeDb();
  const user = userId;
  if (!database || !user || needsSignIn.peek()) return;
  const { signal } = aborter;
  clearTimeout(timer);
  sending.value = true;
  let next: number | null = null;
  try {
    const result = await locked(database.name, signal, () =>
      makeRound(database, user, {
        signal,
        flying: (mids) => {
          inFlight.value = new Set(mids);
        },
      }),
    );
    online.value = true;
    wait = FIRST_WAIT;
    next = result.retry_ms;
    if (result.again) void requestRound("timer");
    uploading ??= uploadWaiting(database, signal)
      .then(afterUpload, () => armTimer(database))
      .finally(() => {
        uploading = null;
      });
  } catch (error) {
    if (signal.aborted) return;
    next = learn(error);
  } finally {
    sending.value = false;
    inFlight.value = new Set();
  }
  if (signal.aborted) return;
  await afterRound(database, user, next);
}

/** Notes what waits and sets the clock for the next round. A database that was closed meanwhile needs neither. */
async function afterRound(database: Database, user: string, next: number | null): Promise<void> {
  try {
    await keepMarker(database, user);
    await armTimer(database, next);
  } catch (error) {
    if (maybeDb() === database) throw error;
  }
}

/** What an error means for the next try. Answers milliseconds, or null for the usual wait. */
function learn(error: unknown): number | null {
  if (error instanceof Offline) {
    online.value = false;
    return backOff();
  }
  if (!(error instanceof ApiError)) {
    console.error(error);
    return backOff();
  }
  online.value = true;
  if (error.status === 401 || error.code === "wrong_user") needsSignIn.value = true;
  if (error.status === 426) needsUpdate.value = true;
  return error.retry_after !== null ? error.retry_after * 1000 * (1 + Math.random() / 2) : backOff();
}

function backOff(): number {
  const now = wait;
  wait = Math.min(wait * 2, LONGEST_WAIT);
  return now * (0.75 + Math.random() / 2);
}

/** The timer is always armed while something waits; else a slow look once a minute. */
async function armTimer(database: Database, ms: number | null = null): Promise<void> {
  if (maybeDb() !== database) return;
  clearTimeout(timer);
  const waiting = (await database.outbox.count()) + (await database.blobs.where("state").equals("waiting").count());
  timer = setTimeout(() => void requestRound("timer"), ms ?? (waiting ? backOff() : IDLE_WAIT * (0.75 + Math.random() / 2)));
}

function afterUpload(): void {
  // The server's word that the bytes are stored comes with a pull.
  const database = maybeDb();
  if (database) void armTimer(database);
}

async function keepMarker(database: Database, user: string): Promise<void> {
  const unsent = await database.outbox.count();
  const marker = markerOf(user);
  if (marker?.unsent !== unsent) setMarker(user, { client_id: marker?.client_id ?? "", unsent });
}

/**
 * One round at a time among the tabs, where the browser has Web Locks. A frozen tab holds nobody up
 * for longer than 25 s: without the lock a round is still right, only chattier.
 */
async function locked<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const locks = (globalThis.navigator as Navigator | undefined)?.locks;
  if (!locks) return work();
  const patience = AbortSignal.any([signal, AbortSignal.timeout(LOCK_WAIT)]);
  let began = false;
  try {
    return await locks.request(`${name}.round`, { signal: patience }, () => {
      began = true;
      return work();
    });
  } catch (error) {
    if (began || signal.aborted) throw error;
    return work();
  }
}
