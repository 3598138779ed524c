/** Which database is open and for whom; what every part of the sync client shares. */
import { signal } from "@preact/signals";
import type { EntityMap } from "./contract";
import type { Effects } from "./effects";
import type { Database } from "./tables";

/** Somebody who has signed in on this phone, as the server answered it. */
export interface SignedIn {
  user_id: string;
  organization_id: string;
  user: Partial<EntityMap["person"]> & { id: string; email?: string | null };
  organization: Partial<EntityMap["organization"]> & { id: string };
}

/** The person whose data are on screen; null: nobody is signed in; undefined: not known yet. */
export const current = signal<SignedIn | null | undefined>(undefined);

/** The server wants a new sign-in. Reading and recording go on; only sending waits. */
export const needsSignIn = signal(false);

/** The server says that this version of the app is too old. Sending goes on. */
export const needsUpdate = signal(false);

/** How many unsent items were found missing at this start (storage was wiped). */
export const lost = signal(0);

let open: Database | null = null;
let effects: Effects | Promise<Effects> | null = null;

/** The open database. Throws if nobody is signed in: a screen that calls this is shown too early. */
export function db(): Database {
  if (!open) throw new Error("no database is open: nobody is signed in on this phone");
  return open;
}
export const maybeDb = (): Database | null => open;
export function setDatabase(database: Database | null): void {
  open = database;
}

/** Hands in what mutations show locally (registry.ts); the engine itself names no mutation. It may still be loading. */
export function installEffects(all: Effects | Promise<Effects>): void {
  effects = all;
}

type AnyEffect = (args: never, here: never) => unknown;

/** What a mutation shows. Waits for the code of the effects, which the first screen does not need. */
export async function effectOf(name: string): Promise<AnyEffect> {
  const found = (await effects)?.[name as keyof Effects] as AnyEffect | undefined;
  if (!found) throw new Error(`no local effect for ${name}`);
  return found;
}
