/**
 * The second copy: unsent mutations in a tiny database of their own, united with the main store by
 * `mid` at the start. If the main store was lost or cannot be opened, what was not sent is still here.
 */
import Dexie, { type Table } from "dexie";
import type { OutboxEntry } from "./tables";

interface Spare {
  mid: string;
  database: string;
  entry: OutboxEntry;
}

class SpareDatabase extends Dexie {
  unsent!: Table<Spare, string>;
  constructor() {
    super("paceline-spare", { chromeTransactionDurability: "strict" });
    this.version(1).stores({ unsent: "mid, database" });
  }
}

let spare: SpareDatabase | null = null;
const open = (): SpareDatabase => {
  spare ??= new SpareDatabase();
  return spare;
};

/** Keeps a second copy. A failure here does not undo the save: the first copy is complete. */
export async function spareAdd(database: string, entry: OutboxEntry): Promise<void> {
  await open()
    .unsent.put({ mid: entry.mid, database, entry })
    .catch(() => undefined);
}

/** Forgets mutations that are settled. */
export async function spareRemove(mids: readonly string[]): Promise<void> {
  if (mids.length)
    await open()
      .unsent.bulkDelete([...mids])
      .catch(() => undefined);
}

/** The unsent mutations of one person's database, in the order in which they were saved. */
export async function spareOf(database: string): Promise<OutboxEntry[]> {
  const found = await open()
    .unsent.where("database")
    .equals(database)
    .toArray()
    .catch(() => []);
  return found.map((one) => one.entry).sort((a, b) => a.n - b.n || a.at.localeCompare(b.at));
}

/** Closes the second database (tests, and before deleting it). */
export function spareClose(): void {
  spare?.close();
  spare = null;
}
