/** Opening the database of who was last here, without the network. Rounds begin when their code is there. */
import { callAs } from "../core/api";
import { clock } from "../core/clock";
import { boot, fact } from "./boot";
import { markerOf, setMarker } from "./marker";
import { spareOf, spareRemove } from "./spare";
import { type SignedIn, current, lost, maybeDb, setDatabase } from "./state";
import { type Database, databaseName, openDatabase, readMeta } from "./tables";
import { rebuild, writesByRow } from "./view";

export const LAST = "last_person";

/** Loads the engine beside the first screen and starts it, if the same person is still here. */
async function begin(userId: string): Promise<void> {
  const { startEngine } = await import("./engine");
  if (current.peek()?.user_id === userId && maybeDb()) await startEngine(userId);
}

/** Opens the last person's database, without the network. Null: nobody is signed in on this phone. */
export async function resume(): Promise<SignedIn | null> {
  const key = await fact<string>(LAST);
  const person = key ? await boot().people.get(key) : undefined;
  if (!person?.signed_in) {
    current.value = null;
    return null;
  }
  await openFor(person);
  return person;
}

/** Opens a person's database, unites it with the second copy, and begins rounds. */
export async function openFor(who: SignedIn): Promise<void> {
  if (maybeDb()) return begin(who.user_id);
  const database = openDatabase(databaseName(who.organization_id, who.user_id));
  await database.open();
  const { client_id, offset_ms, isNew } = await firstLook(database);
  clock.setOffset(offset_ms);
  await unite(database, client_id, isNew, who.user_id);
  setDatabase(database);
  callAs(who.user_id);
  current.value = who;
  void begin(who.user_id);
}

async function firstLook(database: Database): Promise<{ client_id: string; offset_ms: number; isNew: boolean }> {
  return database.transaction("rw", database.meta, async () => {
    const isNew = (await database.meta.get("state")) === undefined;
    const { client_id, offset_ms } = await readMeta(database);
    return { client_id, offset_ms, isNew };
  });
}

/** Unites the second copy with the main store by `mid`, and says what neither of them holds any more. */
async function unite(database: Database, clientId: string, isNew: boolean, userId: string): Promise<void> {
  const spare = await spareOf(database.name);
  const found = await database.transaction("rw", database.tables, async () => {
    const meta = await readMeta(database);
    const settled: string[] = [];
    let n = meta.next_n;
    const revived = [];
    for (const entry of spare) {
      if (await database.outbox.where("mid").equals(entry.mid).count()) continue;
      if ((await database.kept.get(entry.mid)) || (await database.attention.get(entry.mid))) settled.push(entry.mid);
      else revived.push({ ...entry, n: n++ });
    }
    if (revived.length) {
      await database.outbox.bulkAdd(revived);
      await database.meta.put({ ...meta, key: "state", next_n: n });
      const pending = writesByRow(await database.outbox.orderBy("n").toArray());
      if (isNew)
        await rebuild(
          database,
          revived.flatMap((entry) => entry.touches),
          pending,
        );
    }
    return { settled, waiting: await database.outbox.count() };
  });
  await spareRemove(found.settled);
  const marker = markerOf(userId);
  lost.value = isNew && marker ? Math.max(0, marker.unsent - found.waiting) : 0;
  setMarker(userId, { client_id: clientId, unsent: found.waiting });
}
