/**
 * Background Sync, a bonus where there is one: if the app was closed before everything was sent, the
 * browser wakes the worker. What it sends stays in the outbox until the app itself has pulled.
 */
import { sendOutbox } from "@phone/sync/handover";
import { sw } from "./self";

interface SyncEvent extends ExtendableEvent {
  tag: string;
}

/** Rounds belong to the app when it is open; the worker sends only when it is not. */
export async function syncSoon(): Promise<void> {
  const pages = await sw.clients.matchAll({ type: "window" });
  for (const page of pages) page.postMessage({ type: "sync" });
  if (pages.length === 0) await sendOutbox();
}

export function wireBackgroundSync(): void {
  sw.addEventListener("sync" as "message", ((event: SyncEvent) => {
    if (event.tag === "paceline-outbox") event.waitUntil(syncSoon());
  }) as unknown as (event: ExtendableMessageEvent) => void);
}
