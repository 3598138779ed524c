/**
 * Handing unsent work to the server without signing in, on the word of this device: it is kept there,
 * nothing is applied, a manager decides. It also stays here, and later gets the answer like any other.
 */
import { call } from "../core/api";
import { boot } from "./boot";
import { PUSH_LIMIT, SCHEMA } from "./contract";
import { toItem } from "./round";
import { current, db } from "./state";
import { readMeta } from "./tables";

/** Sends what waits for safe keeping; answers how many. Throws Offline or ApiError. */
export async function handOver(): Promise<number> {
  const database = db();
  const who = current.peek();
  const person = await boot().people.get(database.name);
  if (!who || !person?.device_secret) throw new Error("this device has no secret to vouch with");
  const { client_id } = await database.transaction("rw", database.meta, () => readMeta(database));
  const entries = await database.outbox.orderBy("n").toArray();
  for (let i = 0; i < entries.length; i += PUSH_LIMIT) {
    const push = entries.slice(i, i + PUSH_LIMIT).map(toItem);
    const sent_at = new Date().toISOString();
    const body = { user_id: who.user_id, device_secret: person.device_secret, client_id, schema: SCHEMA, sent_at, cursor: null, limit: 1, refill: [], push };
    await call("/api/sync/escrow", { method: "POST", body });
  }
  return entries.length;
}
