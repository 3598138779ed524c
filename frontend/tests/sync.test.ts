/** The real client against the contract, with faults on the way. Each name is the rule it protects. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, Offline } from "../src/core/api";
import { effects } from "../src/registry";
import { installEffects, mutate, newId, saveBlob } from "../src/sync";
import { uploadWaiting } from "../src/sync/upload";
import { handOver } from "../src/sync/escrow";
import { makeRound } from "../src/sync/round";
import { resume } from "../src/sync/open";
import { othersHere, signOut, welcome } from "../src/sync/session";
import { spareClose, spareOf } from "../src/sync/spare";
import { current, db as openDb, lost, setDatabase } from "../src/sync/state";
import { setMarkerPlace } from "../src/sync/marker";
import { setRunner } from "../src/sync/trigger";
import { type Database, openDatabase } from "../src/sync/tables";
import { ModelServer } from "./model-server";

let server: ModelServer;
let db: Database;
let n = 0;

const who = { user_id: "u1", organization_id: "o1", user: { id: "u1" }, organization: { id: "o1" } };

beforeEach(async () => {
  server = new ModelServer();
  vi.stubGlobal("fetch", server.fetch);
  installEffects(effects);
  n += 1;
  db = openDatabase(`test-${n}`);
  setDatabase(db);
  current.value = who;
});

afterEach(() => {
  setRunner(null);
  setDatabase(null);
  current.value = null;
  db.close();
  vi.unstubAllGlobals();
});

const addTask = (title: string, id = newId()) => mutate("visits.add_task", { id, title });
const round = (database = db) => makeRound(database, "u1");

/** Rounds until nothing waits, as the engine would make them. */
async function drain(database = db, tries = 12): Promise<void> {
  for (let i = 0; i < tries; i++) {
    await round(database).catch((error: unknown) => {
      if (!(error instanceof Offline)) throw error;
    });
    if ((await database.outbox.count()) === 0) return;
  }
}

describe("saving", () => {
  it("is shown at once and waits in the outbox under consecutive numbers", async () => {
    const id = newId();
    await addTask("call", id);
    await mutate("visits.complete_task", { id });
    expect((await db.task.get(id))?.status).toBe("done");
    expect((await db.outbox.orderBy("n").toArray()).map((entry) => entry.n)).toEqual([1, 2]);
  });

  it("names the mutation that made the row it works on", async () => {
    const id = newId();
    const { mid } = await addTask("call", id);
    await mutate("visits.complete_task", { id });
    expect((await db.outbox.get(2))?.deps).toEqual([mid]);
  });

  it("does not make one edit of a field wait for another", async () => {
    server.put("cust:c", "customer", { id: "c", name: "A" });
    await round();
    await mutate("customers.set_fields", { id: "c", base_v: 1, fields: { phone: "1" } });
    await mutate("customers.set_fields", { id: "c", base_v: 1, fields: { note: "2" } });
    expect((await db.outbox.orderBy("n").toArray()).map((entry) => entry.deps)).toEqual([[], []]);
  });

  it("is refused before it is saved when the arguments are larger than the server takes", async () => {
    await expect(mutate("visits.add_task", { id: newId(), title: "x".repeat(70_000) })).rejects.toThrow();
    expect(await db.outbox.count()).toBe(0);
  });

  it("leaves nothing behind when the local effect fails", async () => {
    installEffects({
      ...effects,
      "visits.add_task": () => {
        throw new Error("no");
      },
    });
    await expect(addTask("x")).rejects.toThrow("no");
    expect(await db.outbox.count()).toBe(0);
    expect((await db.meta.get("state"))?.next_n ?? 1).toBe(1);
  });

  it("keeps a second copy until it is settled", async () => {
    await addTask("a");
    expect(await spareOf(db.name)).toHaveLength(1);
    await drain();
    expect(await spareOf(db.name)).toHaveLength(0);
  });
});

describe("exactly once", () => {
  for (const fault of ["lost_request", "lost_response", "cut", "portal", "twice"] as const) {
    it(`holds when a request meets: ${fault}`, async () => {
      await addTask("a");
      await addTask("b");
      server.faults = [fault, fault];
      await drain();
      expect(server.applied.map((one) => one.args.title)).toEqual(["a", "b"]);
      expect(await db.outbox.count()).toBe(0);
      expect((await db.task.toArray()).map((row) => (row as unknown as { from: string }).from)).toEqual(["server", "server"]);
    });
  }

  it("leaves outbox, rows and cursor untouched when the answer was cut off", async () => {
    await addTask("a");
    server.faults = ["cut"];
    const before = await db.meta.get("state");
    await expect(round()).rejects.toBeInstanceOf(Offline);
    expect(await db.meta.get("state")).toEqual(before);
    expect(await db.outbox.count()).toBe(1);
  });

  it("holds when the tab dies between the answer and the local commit", async () => {
    await addTask("a");
    const real = db.transaction.bind(db);
    let calls = 0;
    // The second transaction of a round is the one that applies the pull.
    db.transaction = ((...args: unknown[]) => {
      calls += 1;
      if (calls === 2) throw new Error("killed");
      return (real as (...all: unknown[]) => unknown)(...args);
    }) as never;
    await expect(round()).rejects.toThrow("killed");
    db.transaction = real as never;
    expect(await db.outbox.count()).toBe(1);
    await drain();
    expect(server.applied).toHaveLength(1);
  });

  it("holds for a copied database: a new client id, nothing lost or doubled", async () => {
    await addTask("shared");
    await round();
    await addTask("mine");
    const meta = await db.meta.get("state");
    // The other copy has used the next number meanwhile.
    server.seen.set(`${meta?.client_id}:2`, "other-mid");
    server.clients.set(meta?.client_id ?? "", 2);
    await drain();
    expect((await db.meta.get("state"))?.client_id).not.toBe(meta?.client_id);
    expect(server.applied.map((one) => one.args.title)).toEqual(["shared", "mine"]);
  });

  it("holds when two tabs save and sync at the same time", async () => {
    const other = openDatabase(db.name);
    await Promise.all([addTask("a"), addTask("b"), addTask("c")]);
    setDatabase(other);
    await Promise.all([addTask("d"), round(db), round(other)]);
    await Promise.all([drain(db), drain(other)]);
    expect(server.applied.map((one) => one.args.title).sort()).toEqual(["a", "b", "c", "d"]);
    expect(server.applied.map((one) => one.n)).toEqual([1, 2, 3, 4]);
    expect(await db.outbox.count()).toBe(0);
    other.close();
  });

  it("sends what was acknowledged again after a restore, once", async () => {
    await addTask("before");
    await drain();
    await addTask("waiting");
    server.restore();
    await drain();
    expect(server.applied.map((one) => one.args.title)).toEqual(["before", "waiting"]);
    await drain();
    expect(server.applied).toHaveLength(2);
  });

  it("numbers what it holds anew when the server lacks numbers that this phone no longer holds", async () => {
    await addTask("one");
    await drain();
    server.clients.clear();
    server.seen.clear();
    await addTask("two");
    await drain();
    expect(server.applied.map((one) => one.args.title)).toEqual(["one", "two"]);
  });
});

describe("refusals", () => {
  it("go to needs attention and leave the view, and the rest goes on", async () => {
    const bad = newId();
    await addTask("bad", bad);
    await addTask("good");
    server.verdict = (item) => ((item.args as { title: string }).title === "bad" ? { status: "rejected", code: "gone" } : { status: "applied" });
    await drain();
    expect((await db.attention.toArray()).map((one) => [one.name, one.code, one.status])).toEqual([["visits.add_task", "gone", "rejected"]]);
    expect(await db.task.get(bad)).toBeUndefined();
    expect(server.applied).toHaveLength(1);
  });

  it("leave needs attention when the corrected item is applied", async () => {
    server.verdict = () => ({ status: "rejected", code: "gone" });
    const { mid } = await addTask("bad");
    await drain();
    server.verdict = () => ({ status: "applied" });
    await mutate("visits.add_task", { id: newId(), title: "good" }, { supersedes: mid });
    await drain();
    expect(await db.attention.count()).toBe(0);
    expect(server.requests.at(-1)?.push[0]?.supersedes ?? server.requests.at(-2)?.push[0]?.supersedes).toBe(mid);
  });

  it("leave needs attention when a manager admits the item", async () => {
    server.verdict = () => ({ status: "parked", code: "access_lost" });
    const { mid } = await addTask("x");
    await drain();
    expect(await db.attention.count()).toBe(1);
    server.put("user:u1", "mutation_result", { id: mid, mid, status: "applied" });
    await round();
    expect(await db.attention.count()).toBe(0);
  });

  it("withhold a single item that is too large for the server, and list it", async () => {
    server.bodyLimit = 2_000;
    await mutate("visits.add_task", { id: newId(), title: "x".repeat(3_000) });
    await addTask("small");
    await drain();
    expect((await db.attention.toArray()).map((one) => one.code)).toEqual(["too_large"]);
    expect(server.applied.map((one) => one.args.title)).toEqual(["small"]);
  });

  it("of a try that raised leave the item where it is, and say when to come again", async () => {
    await addTask("x");
    server.verdict = () => "raise";
    const result = await round();
    expect(result.retry_ms).toBe(5);
    expect(await db.outbox.count()).toBe(1);
    server.verdict = () => ({ status: "applied" });
    await drain();
    expect(server.applied).toHaveLength(1);
  });
});

describe("signing in again", () => {
  it("is asked for by 401, which keeps everything", async () => {
    await addTask("a");
    server.put("person:u1", "task", { id: "t", title: "t" });
    await round();
    await addTask("b");
    server.faults = ["signed_out"];
    await expect(round()).rejects.toBeInstanceOf(ApiError);
    expect(await db.outbox.count()).toBe(1);
    expect(await db.task.get("t")).toBeDefined();
    await drain();
    expect(server.applied.map((one) => one.args.title)).toEqual(["a", "b"]);
  });

  it("is not needed for an app that is too old: its pushes are taken and stay visible", async () => {
    const id = newId();
    await addTask("a", id);
    const mid = (await db.outbox.get(1))?.mid;
    const body = { code: "update_needed", message: "", epoch: "epoch-1", last_n: 1, results: [{ n: 1, mid, status: "applied", code: null, message: null, fields: null }] };
    vi.stubGlobal("fetch", async () => new Response(JSON.stringify(body), { status: 426, headers: { "Content-Type": "application/json" } }));
    await expect(round()).rejects.toMatchObject({ status: 426 });
    expect(await db.outbox.count()).toBe(0);
    expect((await db.task.get(id))?.title).toBe("a");
  });

  it("as somebody else never sends the first one's work", async () => {
    await addTask("a");
    server.user = "u2";
    await expect(round()).rejects.toMatchObject({ code: "wrong_user" });
    expect(server.applied).toHaveLength(0);
    expect(await db.outbox.count()).toBe(1);
  });

  it("tells the wait that the server asks for", async () => {
    server.faults = ["busy"];
    await expect(round()).rejects.toMatchObject({ status: 503, retry_after: 7 });
  });
});

describe("pulling", () => {
  const customer = (i: number, name = `c${i}`) => server.put("org:o1", "customer", { id: `c${i}`, name });

  it("applies the pages of one pull together", async () => {
    customer(0);
    await round();
    for (let i = 1; i < 6; i++) customer(i);
    server.pageSize = 2;
    // The third page is lost: nothing of the first two shows, the cursor stays.
    const before = await db.meta.get("state");
    let calls = 0;
    vi.stubGlobal("fetch", (input: string, init: RequestInit) => {
      calls += 1;
      if (calls === 3) throw new TypeError("Failed to fetch");
      return server.fetch(input, init);
    });
    await expect(round()).rejects.toBeInstanceOf(Offline);
    expect(await db.customer.count()).toBe(1);
    expect(await db.meta.get("state")).toEqual(before);
    await round();
    expect(await db.customer.count()).toBe(6);
  });

  it("shows a first load early, marked as incomplete, and resumes where it broke off", async () => {
    for (let i = 0; i < 6; i++) customer(i);
    server.pageSize = 2;
    let calls = 0;
    vi.stubGlobal("fetch", (input: string, init: RequestInit) => {
      calls += 1;
      if (calls === 2) throw new TypeError("Failed to fetch");
      return server.fetch(input, init);
    });
    await expect(round()).rejects.toBeInstanceOf(Offline);
    expect(await db.customer.count()).toBe(2);
    expect((await db.meta.get("state"))?.incomplete).toBe(true);
    await round();
    expect(server.requests.at(1)?.cursor).not.toBeNull();
    expect(await db.customer.count()).toBe(6);
    expect((await db.meta.get("state"))?.incomplete).toBe(false);
  });

  it("goes on while the outbox is full, and the view keeps the user's value", async () => {
    customer(1, "old");
    await round();
    await mutate("customers.set_fields", { id: "c1", base_v: 1, fields: { phone: "mine" } });
    server.verdict = () => "raise";
    server.put("org:o1", "customer", { id: "c1", name: "new", phone: "theirs" });
    await round();
    expect(await db.customer.get("c1")).toMatchObject({ name: "new", phone: "mine" });
    server.verdict = () => ({ status: "rejected", code: "forbidden" });
    await round();
    expect(await db.customer.get("c1")).toMatchObject({ name: "new", phone: "theirs" });
  });

  it("takes a row away only when it is in no bucket any more", async () => {
    server.put("person:u1", "visit", { id: "v", note: "x" });
    server.put("cust:c", "visit", { id: "v", note: "x" });
    await round();
    server.revoke("cust:c");
    await round();
    expect(await db.visit.get("v")).toBeDefined();
    server.removeRow("person:u1", "visit", "v");
    await round();
    expect(await db.visit.get("v")).toBeUndefined();
  });

  it("drops a bucket whose row has a pending intent without touching the outbox", async () => {
    server.put("cust:c", "customer", { id: "c", name: "A" });
    await round();
    await mutate("customers.set_fields", { id: "c", base_v: 1, fields: { phone: "1" } });
    server.verdict = () => "raise";
    server.revoke("cust:c");
    await round();
    expect(await db.customer.get("c")).toBeUndefined();
    expect(await db.base.count()).toBe(0);
    expect(await db.outbox.count()).toBe(1);
  });

  it("replaces everything but the outbox when the server starts anew", async () => {
    customer(1);
    await round();
    server.entries = [];
    customer(2);
    await db.meta.update("state", { cursor: "another|1" });
    await addTask("kept");
    server.faults = [];
    await drain();
    expect((await db.customer.toArray()).map((row) => row.id)).toEqual(["c2"]);
    expect(server.applied.map((one) => one.args.title)).toEqual(["kept"]);
  });

  it("applies a pull in one tab only: the other's cursor has moved", async () => {
    customer(1);
    const other = openDatabase(db.name);
    await Promise.all([round(db), round(other)]);
    customer(2);
    await Promise.all([round(db), round(other)]);
    expect(await db.customer.count()).toBe(2);
    other.close();
  });

  it("ignores kinds of rows that this build does not know", async () => {
    server.put("org:o1", "hologram", { id: "h" });
    customer(1);
    await round();
    expect(await db.customer.count()).toBe(1);
  });
});

describe("photos", () => {
  it("resume at the server's offset after a broken upload, and keep their bytes until stored", async () => {
    const bytes = new Uint8Array(600_000).map((_, i) => i % 251).buffer;
    const sha256 = await saveBlob(bytes, "image/jpeg");
    server.faults = ["lost_response" as never];
    server.faults.unshift(undefined as never);
    await expect(uploadWaiting(db, new AbortController().signal)).rejects.toBeInstanceOf(Offline);
    await uploadWaiting(db, new AbortController().signal);
    const got = server.blobs.get(sha256);
    expect(new Uint8Array(await new Blob((got?.got ?? []) as Uint8Array<ArrayBuffer>[]).arrayBuffer())).toEqual(new Uint8Array(bytes));
    expect((await db.blobs.get(sha256))?.state).toBe("sent");
    server.put("user:u1", "blob_state", { id: sha256, sha256, state: "stored" });
    await round();
    const stored = await db.blobs.get(sha256);
    expect(stored?.state).toBe("stored");
    expect(stored?.bytes?.byteLength).toBe(600_000);
  });
});

describe("one phone, several people", () => {
  const session = (id: string) => ({ user: { id, name: id }, organization: { id: "o9" }, lock_key: `key of ${id}` });
  beforeEach(() => {
    setDatabase(null);
    current.value = null;
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  });
  afterEach(() => spareClose());

  it("keeps unsent work closed on the phone when its owner signs out, and sends it when they return", async () => {
    server.user = "a";
    await welcome(session("a"));
    const mine = openDb();
    await addTask("a's work");
    await signOut();
    server.user = "b";
    await welcome(session("b"));
    setRunner(null);
    expect(await othersHere()).toEqual([{ name: "a", unsent: 1 }]);
    expect((await indexedDB.databases()).map((one) => one.name)).not.toContain(mine.name);
    vi.stubGlobal("fetch", server.fetch);
    await makeRound(openDb(), "b");
    expect(server.applied).toHaveLength(0);
    await signOut();
    server.user = "a";
    await welcome(session("a"));
    setRunner(null);
    const again = openDb();
    expect(again.name).toBe(mine.name);
    await makeRound(again, "a");
    expect(server.applied.map((one) => one.args.title)).toEqual(["a's work"]);
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await signOut();
  });

  it("hands unsent work over on the word of the device, and keeps it here", async () => {
    await welcome({ ...session("e"), device_secret: "secret of this device" });
    setRunner(null);
    await addTask("for safe keeping");
    const seen: Record<string, unknown>[] = [];
    vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
      seen.push({ path, ...(JSON.parse(String(init.body)) as object) });
      return new Response(null, { status: 204 });
    });
    expect(await handOver()).toBe(1);
    const handed = seen.filter((one) => one.path === "/api/sync/escrow"); // the engine may make rounds beside it
    expect(handed).toMatchObject([{ path: "/api/sync/escrow", user_id: "e", device_secret: "secret of this device", push: [{ n: 1, name: "visits.add_task" }] }]);
    expect(await openDb().outbox.count()).toBe(1);
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await signOut();
  });

  it("recovers unsent work from the second copy when the main database is gone, and counts what is lost", async () => {
    const marks = new Map<string, string>();
    setMarkerPlace({ read: (key) => marks.get(key) ?? null, write: (key, value) => void marks.set(key, value) });
    server.user = "d";
    await welcome(session("d"));
    setRunner(null);
    await addTask("one");
    await addTask("two");
    const open = openDb();
    marks.set("paceline.marker.d", JSON.stringify({ client_id: "x", unsent: 3 }));
    setDatabase(null);
    current.value = null;
    await open.delete();
    await resume();
    setRunner(null);
    const fresh = openDb();
    expect((await fresh.outbox.orderBy("n").toArray()).map((entry) => (entry.args as { title: string }).title)).toEqual(["one", "two"]);
    expect(await fresh.task.count()).toBe(2);
    expect(lost.value).toBe(1);
    setMarkerPlace(null);
  });
});
