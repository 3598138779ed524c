/** Signing in and out. Never clears local data on a 401. */
import { ApiError, Offline, call, callAs } from "../core/api";
import { clock, dayOf } from "../core/clock";
import { type KnownPerson, boot, setFact } from "./boot";
import { stopEngine } from "./engine";
import { LAST, openFor } from "./open";
import { exportFile, seal, unseal } from "./seal";
import { spareOf, spareRemove } from "./spare";
import { type SignedIn, current, maybeDb, needsSignIn, setDatabase } from "./state";
import { type Database, databaseName, readMeta } from "./tables";

interface SessionAnswer {
  user: SignedIn["user"];
  organization: SignedIn["organization"];
  device_secret?: string;
  lock_key?: string;
}

/** Signs in with an account (e-mail, phone number or staff number) and password. Throws Offline or ApiError. */
export async function signIn(email: string, password: string, organization: string | null = null): Promise<SignedIn> {
  callAs(null);
  return welcome(await call<SessionAnswer>("/api/session", { method: "POST", body: { email, password, organization } }).finally(callAgain));
}

/** Sets the password of a one-time link and signs in with it. */
export async function signInByLink(token: string, password: string): Promise<SignedIn> {
  callAs(null);
  return welcome(await call<SessionAnswer>(`/api/links/${encodeURIComponent(token)}`, { method: "POST", body: { password } }).finally(callAgain));
}

/** Calls go on as the person whose database is open, whatever became of the sign-in. */
const callAgain = (): void => callAs(maybeDb() ? (current.peek()?.user_id ?? null) : null);

/** Takes the answer of a sign-in: this person's database opens, another's stays closed and counted. */
export async function welcome(answer: SessionAnswer): Promise<SignedIn> {
  const { user, organization } = answer;
  const who: SignedIn = { user_id: user.id, organization_id: organization.id, user, organization };
  const key = databaseName(organization.id, user.id);
  const known = await boot().people.get(key);
  if (current.peek()?.user_id !== who.user_id) await leave();
  if (answer.lock_key) await unseal(key, answer.lock_key);
  await boot().people.put({
    ...who,
    key,
    device_secret: answer.device_secret ?? known?.device_secret ?? null,
    lock_key: answer.lock_key ?? known?.lock_key ?? null,
    unsent: 0,
    signed_in: true,
  });
  await setFact(LAST, key);
  needsSignIn.value = false;
  await openFor(who);
  return who;
}

/** What signing out would leave behind on this phone. */
export async function unsentCount(): Promise<number> {
  const database = maybeDb();
  return database ? unsentIn(database) : 0;
}

const unsentIn = async (database: Database): Promise<number> =>
  (await database.outbox.filter((entry) => !entry.again).count()) + (await database.blobs.where("state").equals("waiting").count());

/**
 * Signs out. Work that was not sent is sealed on this phone and goes when the same person signs in
 * again; everything that the server holds is deleted here. Nothing is sent afterwards.
 */
export async function signOut(): Promise<void> {
  if (!maybeDb()) return;
  await stopEngine();
  await call("/api/session", { method: "DELETE" }).catch((error: unknown) => {
    if (!(error instanceof Offline || error instanceof ApiError)) throw error;
  });
  await leave();
  needsSignIn.value = false;
  current.value = null;
}

/** Closes the open database: unsent work is sealed and counted, the rest is deleted. */
async function leave(): Promise<void> {
  const database = maybeDb();
  if (!database) return;
  await stopEngine();
  setDatabase(null);
  callAs(null);
  const person = await boot().people.get(database.name);
  const unsent = await unsentIn(database);
  const waits = unsent + (await database.attention.count());
  // Without a key (a sign-in of an older server) the work stays in its closed database.
  if (waits === 0) await database.delete();
  else if (person?.lock_key) await seal(database, person.lock_key);
  else await deleteBase(database);
  if (waits === 0 || person?.lock_key) await spareRemove((await spareOf(database.name)).map((entry) => entry.mid));
  await boot().people.update(database.name, { signed_in: false, unsent, lock_key: null });
  database.close();
}

/** Deletes the server's rows and keeps what only this phone has. */
async function deleteBase(database: Database): Promise<void> {
  const keep = new Set(["outbox", "attention", "blobs", "kept", "meta", "drafts"]);
  await database.transaction("rw", database.tables, async () => {
    for (const table of database.tables) if (!keep.has(table.name)) await table.clear();
    const meta = await readMeta(database);
    await database.meta.put({ ...meta, key: "state", cursor: null, incomplete: true });
  });
}

/** An encrypted file of what was not sent, for an administrator to import. */
export async function exportUnsent(): Promise<{ name: string; text: string }> {
  const database = maybeDb();
  const who = current.peek();
  const person = database && (await boot().people.get(database.name));
  if (!database || !who || !person?.lock_key) throw new Error("nothing to export under a key");
  const { user_id, organization_id } = who;
  return { name: `paceline-${dayOf(clock.now())}.json`, text: await exportFile(database, person.lock_key, { user_id, organization_id }) };
}

/** Other people with unsent work on this phone: names and counts, nothing else. */
export async function othersHere(): Promise<{ name: string; unsent: number }[]> {
  const people = await boot().people.toArray();
  return people
    .filter((person) => person.user_id !== current.peek()?.user_id && person.unsent > 0)
    .map((person: KnownPerson) => ({ name: String(person.user.name ?? person.user.email ?? ""), unsent: person.unsent }));
}
