/** The exchanges in tests/protocol are what the server does (pytest holds it to them); here the real client meets them. */
import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, Offline } from "../src/core/api";
import { effects } from "../src/registry";
import { installEffects, type MutationMap, mutate, newId } from "../src/sync";
import { makeRound } from "../src/sync/round";
import { current, setDatabase } from "../src/sync/state";
import { type Database, openDatabase } from "../src/sync/tables";

interface Exchange {
  name: string;
  request?: { push: Record<string, unknown>[] } & Record<string, unknown>;
  status: number;
  answer: Record<string, unknown>;
}
const { exchanges } = JSON.parse(readFileSync(join(import.meta.dirname, "../../tests/protocol/sync_exchanges.json"), "utf8")) as { exchanges: Exchange[] };

const FIRST = "a first load of an empty company";
const BATCH = "a mutation applied, one refused by its arguments, one unknown";
const AGAIN = "the same batch again, after its answer was lost";
const FORKED = "a number used for another mutation: a copied database";
const WRONG_USER = "a tab whose cookie belongs to somebody else now";
const IDLE = "an idle round";

type Sent = { push: { mid: string }[] } & Record<string, unknown>;
let sent: Sent[] = [];

const named = (name: string): Exchange => {
  const found = exchanges.find((one) => one.name === name);
  if (!found) throw new Error(`no exchange "${name}"`);
  return found;
};

/** Answers the next requests with these exchanges; `null` loses the answer on the way. */
function play(...script: (string | null)[]): void {
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    const request = JSON.parse(String(init.body)) as Sent;
    sent.push(request);
    const name = script.shift();
    if (!name) throw new TypeError("Failed to fetch");
    const { status, answer } = named(name);
    return new Response(JSON.stringify(filled(answer, request)), { status, headers: { "Content-Type": "application/json" } });
  });
}

function filled(answer: unknown, request: Sent): unknown {
  return JSON.parse(JSON.stringify(answer), (_, value: unknown) => {
    if (value === "<changes>") return [];
    if (value === "<instant>") return new Date().toISOString();
    const mid = /^<mid (\d)>$/.exec(String(value))?.[1];
    return mid ? request.push[Number(mid) - 1]?.mid : value;
  });
}

let db: Database;
let n = 0;
beforeEach(() => {
  sent = [];
  n += 1;
  db = openDatabase(`protocol-${n}`);
  setDatabase(db);
  current.value = { user_id: "u1", organization_id: "o1", user: { id: "u1" }, organization: { id: "o1" } };
  installEffects({ ...effects, ["visits.no_such_thing" as "visits.add_task"]: () => [] });
});
afterEach(() => {
  setDatabase(null);
  current.value = null;
  db.close();
  vi.unstubAllGlobals();
});

const round = () => makeRound(db, "u1");
async function saveBatch(): Promise<void> {
  const id = newId();
  await mutate("visits.add_task", { id, title: "Call back", due_on: "2026-11-27" });
  await mutate("visits.add_task", { id, surplus: true } as unknown as MutationMap["visits.add_task"]);
  await mutate("visits.no_such_thing" as "visits.add_task", {} as MutationMap["visits.add_task"]);
}

/** A request of ours names exactly what the written one names. */
function expectSameShape(ours: Sent | undefined, written: Exchange["request"]): void {
  expect(Object.keys(ours ?? {}).sort()).toEqual(Object.keys(written ?? {}).sort());
  expect(ours?.push.length).toBe(written?.push.length);
  for (const [i, item] of (written?.push ?? []).entries()) expect(Object.keys(ours?.push[i] ?? {}).sort()).toEqual(Object.keys(item).sort());
}

describe("the exchanges that both sides read", () => {
  it("begin with a first load that completes", async () => {
    play(FIRST);
    await round();
    expectSameShape(sent[0], named(FIRST).request);
    expect(await db.meta.get("state")).toMatchObject({ incomplete: false, cursor: "<cursor>", epoch: "<epoch>" });
  });

  it("settle a batch: what was refused is listed with its reason, nothing stays in the outbox", async () => {
    play(FIRST, BATCH);
    await round();
    await saveBatch();
    await round();
    expectSameShape(sent[1], named(BATCH).request);
    expect(await db.outbox.count()).toBe(0);
    expect((await db.attention.toArray()).map((one) => one.code).sort()).toEqual(["invalid", "unknown_mutation"]);
    expect((await db.kept.toArray()).filter((one) => one.status === "applied")).toHaveLength(1);
  });

  it("answer a lost batch the same way", async () => {
    play(FIRST, null, AGAIN);
    await round();
    await saveBatch();
    await expect(round()).rejects.toBeInstanceOf(Offline);
    expect(await db.outbox.count()).toBe(3);
    await round();
    expect(sent[2]?.push).toEqual(sent[1]?.push);
    expect(await db.outbox.count()).toBe(0);
  });

  it("give a copied database a new client id, and keep its work", async () => {
    play(FORKED);
    await mutate("visits.add_task", { id: newId(), title: "x" });
    const before = (await db.meta.get("state"))?.client_id;
    expect((await round()).again).toBe(true);
    expect((await db.meta.get("state"))?.client_id).not.toBe(before);
    expect(await db.outbox.count()).toBe(1);
  });

  it("refuse a tab whose cookie is another person's, whose work stays", async () => {
    play(WRONG_USER);
    await mutate("visits.add_task", { id: newId(), title: "x" });
    await expect(round()).rejects.toBeInstanceOf(ApiError);
    expect(await db.outbox.count()).toBe(1);
  });

  it("cost one small request when there is nothing new", async () => {
    play(FIRST, IDLE);
    await round();
    expect(await round()).toEqual({ retry_ms: null, again: false });
    expectSameShape(sent[1], named(IDLE).request);
  });
});
