/** What a person can do about a refused item: correct and resend, ask a manager, give it up. */
import type { MutationMap, MutationName } from "./contract";
import { mutate } from "./outbox";
import { db } from "./state";
import type { AttentionEntry } from "./tables";

const COPY_DAYS = 30;
const COPY = "discarded:";

/** Sends a refused item again with corrected arguments: a new mutation that takes the old one's place. */
export async function resend(entry: AttentionEntry, args: unknown): Promise<void> {
  await mutate(entry.name as MutationName, args as MutationMap[MutationName], { supersedes: entry.mid });
}

/** Asks a manager to allow a rejected item. */
export async function ask(entry: AttentionEntry, note: string | null): Promise<void> {
  await mutate("sync.ask", { mid: entry.mid, note });
}

/** Gives an item up. A copy stays on this phone for 30 days. */
export async function discard(entry: AttentionEntry): Promise<void> {
  const database = db();
  const now = new Date();
  await database.transaction("rw", database.drafts, database.attention, async () => {
    const before = new Date(now.getTime() - COPY_DAYS * 86_400_000).toISOString();
    await database.drafts
      .where("key")
      .startsWith(COPY)
      .filter((draft) => draft.saved_at < before)
      .delete();
    await database.drafts.put({ key: COPY + entry.mid, value: entry, saved_at: now.toISOString() });
    await database.attention.delete(entry.mid);
  });
  await mutate("sync.discard", { mid: entry.mid });
}
