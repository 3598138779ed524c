/**
 * The little of the sync client that the service worker needs: it is kept free of Dexie, signals and
 * the DOM, so that the worker stays small. It reads the same databases as the app.
 *
 * The worker sends what waits and forgets the answer: the app's next round gets each result again and
 * takes the entries out of the outbox together with the rows that they changed.
 */
import { PUSH_LIMIT, SCHEMA } from "./contract";

interface Person {
  key: string;
  user_id: string;
  signed_in: boolean;
}
interface Entry {
  n: number;
  mid: string;
  schema: number;
  name: string;
  args: unknown;
  withheld?: unknown;
  deps: string[];
  supersedes: string | null;
  at: string;
  offset_ms: number;
}
interface State {
  key: string;
  client_id: string;
  next_n: number;
  cursor: string | null;
  offset_ms: number;
}

/** Sends the outbox of the person who is signed in here. Throws if the server was not reached. */
export async function sendOutbox(): Promise<void> {
  const person = await signedIn();
  const db = person && (await open(person.key));
  if (!person || !db) return;
  try {
    const tx = db.transaction(["outbox", "meta"]);
    const [entries, state] = await Promise.all([all<Entry[]>(tx.objectStore("outbox").getAll(null, PUSH_LIMIT)), all<State | undefined>(tx.objectStore("meta").get("state"))]);
    if (!state || entries.length === 0) return;
    const push = entries.map(({ n, mid, schema, name, args, withheld, deps, supersedes, at, offset_ms }) => ({
      ...{ n, mid, schema, name, deps, supersedes, at, offset_ms },
      ...(withheld ? { withheld } : { args }),
    }));
    const body = { user_id: person.user_id, client_id: state.client_id, schema: SCHEMA, sent_at: new Date().toISOString(), cursor: state.cursor, limit: 1, refill: [], push };
    const answer = await fetch("/api/sync", { method: "POST", headers: { "Content-Type": "application/json", "Paceline-User": person.user_id }, body: JSON.stringify(body) });
    // 5xx: the browser tries again later. 4xx: the app must see to it.
    if (answer.status >= 500) throw new Error(`sync answered ${answer.status}`);
  } finally {
    db.close();
  }
}

/**
 * Appends a mutation from a notification's button to the outbox, as `mutate` does, without a local
 * effect. Answers its mid, or null if nobody is signed in on this phone.
 */
export async function appendMutation(name: string, args: unknown): Promise<string | null> {
  const person = await signedIn();
  const db = person && (await open(person.key));
  if (!db) return null;
  try {
    const tx = db.transaction(["outbox", "meta"], "readwrite", { durability: "strict" });
    const saved = new Promise<void>((resolve, reject) => {
      tx.oncomplete = () => resolve();
      tx.onerror = tx.onabort = () => reject(tx.error);
    });
    const state = await all<State | undefined>(tx.objectStore("meta").get("state"));
    if (!state) return null;
    const mid = crypto.randomUUID();
    const { next_n: n, offset_ms } = state;
    tx.objectStore("outbox").add({ n, mid, format: 1, schema: SCHEMA, name, args, deps: [], supersedes: null, at: new Date().toISOString(), offset_ms, writes: [], touches: [] });
    tx.objectStore("meta").put({ ...state, next_n: n + 1 });
    await saved;
    return mid;
  } finally {
    db.close();
  }
}

/** The one person who is signed in on this phone and was last here. */
export async function signedIn(): Promise<Person | null> {
  const db = await open("paceline-boot");
  if (!db) return null;
  try {
    const last = await all<{ value: string } | undefined>(db.transaction("facts").objectStore("facts").get("last_person"));
    const person = last && (await all<Person | undefined>(db.transaction("people").objectStore("people").get(last.value)));
    return person?.signed_in ? person : null;
  } finally {
    db.close();
  }
}

/** Opens a database that the app has made; null if there is none (and makes none). */
function open(name: string): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}

const all = <T>(request: IDBRequest): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error);
  });
