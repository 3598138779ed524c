/** The tiny database that knows this phone: who signed in here, who was last, the device's secret. */
import Dexie, { type Table } from "dexie";
import type { SignedIn } from "./state";

export interface KnownPerson extends SignedIn {
  key: string; // the name of the person's database
  device_secret: string | null;
  /** Under which this person's work is sealed when they leave; forgotten at that moment. */
  lock_key: string | null;
  /** Unsent items when this person was last seen here: shown as a count to whoever uses the phone next. */
  unsent: number;
  signed_in: boolean;
}

/** One person's unsent work, encrypted. */
export interface Sealed {
  key: string;
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

class BootDatabase extends Dexie {
  people!: Table<KnownPerson, string>;
  sealed!: Table<Sealed, string>;
  facts!: Table<{ key: string; value: unknown }, string>;
  constructor() {
    super("paceline-boot");
    this.version(1).stores({ people: "key", sealed: "key", facts: "key" });
  }
}

let database: BootDatabase | null = null;
export const boot = (): BootDatabase => {
  database ??= new BootDatabase();
  return database;
};

export async function fact<T>(key: string): Promise<T | undefined> {
  return (await boot().facts.get(key))?.value as T | undefined;
}
export async function setFact(key: string, value: unknown): Promise<void> {
  await boot().facts.put({ key, value });
}

export function bootClose(): void {
  database?.close();
  database = null;
}
