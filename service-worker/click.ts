/**
 * A tap on a notification opens exactly what it tells of, in the window that is there if there is one.
 * A tap on a button that answers writes a mutation to the outbox and syncs; the app need not open.
 */
import { appendMutation, signedIn } from "@phone/sync/handover";
import { syncSoon } from "./background-sync";
import type { PushData } from "./push";
import { sw } from "./self";

/** A window of the app. */
export interface Page {
  focus: () => Promise<unknown>;
  postMessage: (message: unknown) => void;
}

/** The browser's side, handed in so that it can be tested without one. */
export interface ClickWorld {
  pages: () => Promise<readonly Page[]>;
  open: (url: string) => Promise<unknown>;
  /** Appends to the outbox; null if nobody is signed in on this phone. */
  saveMutation: (name: string, args: unknown) => Promise<string | null>;
  sync: () => Promise<void>;
}

/** What a tap on a notification, or on one of its buttons, does. */
export async function onClick(data: PushData | null, action: string, world: ClickWorld): Promise<void> {
  const mutation = data?.mutations?.[action];
  if (mutation && (await saved(mutation.name, mutation.args, world))) {
    await world.sync().catch(() => undefined); // without a network it stays in the outbox
    return;
  }
  await openAt(data?.url ?? "/inbox", world);
  if (data?.notice_id && (await saved("notifications.mark_seen", { ids: [data.notice_id] }, world))) {
    await world.sync().catch(() => undefined);
  }
}

/** An answer that cannot be saved here (nobody is signed in, no storage) is given on the screen instead. */
async function saved(name: string, args: unknown, world: ClickWorld): Promise<boolean> {
  return (await world.saveMutation(name, args).catch(() => null)) !== null;
}

async function openAt(url: string, world: ClickWorld): Promise<void> {
  const [page] = await world.pages();
  if (!page) {
    await world.open(url);
    return;
  }
  // The page goes there itself, without loading anew: nothing half-filled is lost.
  page.postMessage({ type: "open", url });
  await page.focus().catch(() => undefined);
}

/** The browser replaced its subscription (Firefox does, Chrome hardly ever): tell the server. */
export async function onSubscriptionChange(old: PushSubscription | null, now: PushSubscription | null): Promise<void> {
  const { public_key } = (await (await asMe("/api/push/key", "GET")).json()) as { public_key: string };
  const fresh = now ?? (await sw.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: public_key }));
  await asMe("/api/push/subscriptions", "POST", { ...fresh.toJSON(), vapid_key: public_key, replaces: old?.endpoint ?? null });
}

/** Calls the server for the person of this phone. If that fails, the app compares at its next start. */
async function asMe(path: string, method: string, body?: unknown): Promise<Response> {
  const person = await signedIn();
  if (!person) throw new Error("nobody is signed in on this phone");
  const headers = { "Content-Type": "application/json", "Paceline-User": person.user_id };
  const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer;
}

type SubscriptionChange = ExtendableEvent & { oldSubscription?: PushSubscription | null; newSubscription?: PushSubscription | null };

export function wireClick(): void {
  sw.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(onClick(event.notification.data as PushData | null, event.action, browser()));
  });
  sw.addEventListener("pushsubscriptionchange" as "message", ((event: SubscriptionChange) => {
    event.waitUntil(onSubscriptionChange(event.oldSubscription ?? null, event.newSubscription ?? null));
  }) as unknown as (event: ExtendableMessageEvent) => void);
}

const browser = (): ClickWorld => ({
  pages: async () => {
    const found = await sw.clients.matchAll({ type: "window", includeUncontrolled: true });
    return [...found].sort((a, b) => Number(b.focused) - Number(a.focused)); // the one in front first
  },
  open: (url) => sw.clients.openWindow(url),
  saveMutation: appendMutation,
  sync: syncSoon,
});
