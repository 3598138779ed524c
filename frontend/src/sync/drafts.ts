/** Half-filled forms, kept across kills: every change is stored, and the form starts from what is there. */
import { clock } from "../core/clock";
import { db, maybeDb } from "./state";

export interface DraftOf<T> {
  get(): Promise<T | undefined>;
  set(value: T): Promise<void>;
  clear(): Promise<void>;
}

/** The draft under a key, such as `visit:<id>`. */
export function draft<T>(key: string): DraftOf<T> {
  return {
    get: async () => (await db().drafts.get(key))?.value as T | undefined,
    set: async (value) => {
      await db().drafts.put({ key, value, saved_at: clock.now().toISOString() });
    },
    clear: async () => {
      await maybeDb()?.drafts.delete(key);
    },
  };
}
