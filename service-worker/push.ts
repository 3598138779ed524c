/**
 * A push arrives. A notification is shown each time, whatever came and whether or not the app is in
 * front: a browser that sees three pushes without one ends the subscription and says nothing. A push
 * is also a reason to sync, so that what it tells of is on the phone when the person opens it.
 */
import { syncSoon } from "./background-sync";
import { sw } from "./self";
import { somethingNew } from "./words";

/** What the worker keeps with a notification for the tap (see click.ts). */
export interface PushData {
  notice_id?: string;
  url: string;
  mutations: Record<string, { name: string; args: unknown }>;
}

export interface Shown {
  title: string;
  options: NotificationOptions & { actions: { action: string; title: string }[]; data: PushData };
  badge: number | null;
}

/** The browser's side, handed in so that it can be tested without one. */
export interface PushWorld {
  language: string;
  show: (title: string, options: NotificationOptions) => Promise<void>;
  setBadge: (count: number) => Promise<void>;
  sync: () => Promise<void>;
}

const NAME = "Paceline 知行";
const MOST_ACTIONS = 2;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** What to show for the text of a push: Declarative Web Push JSON, or anything at all. Never throws. */
export function readPush(body: string | null, language: string): Shown {
  const message = parse(body);
  const given = isObject(message.notification) ? message.notification : {};
  const data = isObject(given.data) ? given.data : {};
  const actions = (Array.isArray(given.actions) ? given.actions : []).filter(isObject);
  return {
    title: text(given.title) || NAME,
    badge: typeof message.app_badge === "number" && message.app_badge >= 0 ? message.app_badge : null,
    options: {
      body: text(given.title) ? text(given.body) : somethingNew(language),
      tag: text(given.tag) || "paceline",
      lang: text(given.lang) || undefined,
      icon: "/icons/icon-192.png",
      badge: "/icons/badge-96.png",
      actions: actions.slice(0, MOST_ACTIONS).map((one) => ({ action: text(one.action), title: text(one.title) })),
      data: {
        notice_id: text(data.notice_id) || undefined,
        url: text(data.url).startsWith("/") ? text(data.url) : "/inbox",
        mutations: isObject(data.mutations) ? (data.mutations as PushData["mutations"]) : {},
      },
    },
  };
}

function parse(body: string | null): Json {
  try {
    const found: unknown = JSON.parse(body ?? "null"); // an empty push parses to null
    return isObject(found) ? found : {};
  } catch {
    return {};
  }
}

/** Shows the notification, sets the badge, syncs. Only showing may fail: the others are tried and forgotten. */
export async function onPush(body: string | null, world: PushWorld): Promise<void> {
  const shown = readPush(body, world.language);
  const extras = [shown.badge === null ? null : world.setBadge(shown.badge), world.sync()].map((one) => one?.catch(() => undefined));
  await world.show(shown.title, shown.options);
  await Promise.all(extras);
}

export function wirePush(): void {
  sw.addEventListener("push", (event) => event.waitUntil(onPush(bodyOf(event), browser())));
}

function bodyOf(event: PushEvent): string | null {
  // Safari takes a declarative message apart itself and hands over the notification.
  const declared = (event as { notification?: Notification }).notification;
  if (declared) {
    const { title, body, tag, lang, data } = declared;
    return JSON.stringify({ notification: { title, body, tag, lang, data }, app_badge: (event as { appBadge?: number }).appBadge });
  }
  try {
    return event.data?.text() ?? null;
  } catch {
    return null;
  }
}

type Badging = { setAppBadge?: (count: number) => Promise<void>; clearAppBadge?: () => Promise<void> };

function browser(): PushWorld {
  const { setAppBadge, clearAppBadge } = sw.navigator as unknown as Badging;
  return {
    language: sw.navigator.language,
    show: (title, options) => sw.registration.showNotification(title, options),
    setBadge: async (count) => (count > 0 ? setAppBadge?.call(sw.navigator, count) : clearAppBadge?.call(sw.navigator)),
    sync: syncSoon,
  };
}
