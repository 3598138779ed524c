/** Web push on this browser: whether it can, asking, subscribing. The question in our words comes first. */
import { call } from "./api";

const SUBSCRIBE_LIMIT = 10_000;

export type PushState = "unsupported" | "needs_install" | "denied" | "off" | "on";

/** What stands in the way of a push here, or that it works. */
export async function pushState(): Promise<PushState> {
  if (!("serviceWorker" in navigator) || !("PushManager" in globalThis) || !("Notification" in globalThis)) return isIos() && !isInstalled() ? "needs_install" : "unsupported";
  if (Notification.permission === "denied") return "denied";
  const registration = await navigator.serviceWorker.getRegistration();
  return Notification.permission === "granted" && (await registration?.pushManager.getSubscription()) ? "on" : "off";
}

/** Asks the system and subscribes. Call it from a tap. Throws Offline or ApiError if the server is away. */
export async function turnPushOn(): Promise<PushState> {
  if ((await Notification.requestPermission()) !== "granted") return Notification.permission === "denied" ? "denied" : "off";
  await subscribe();
  return "on";
}

/** Makes sure that the server has this browser's subscription, made with its present key. */
export async function subscribe(): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  const { public_key } = await call<{ public_key: string }>("/api/push/key");
  const old = await registration.pushManager.getSubscription();
  let subscription = old;
  if (old && base64url(old.options.applicationServerKey) !== public_key) {
    await old.unsubscribe();
    subscription = null;
  }
  subscription ??= await inTime(registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: public_key }));
  const replaces = old && old.endpoint !== subscription.endpoint ? old.endpoint : null;
  await call("/api/push/subscriptions", { method: "POST", body: { ...subscription.toJSON(), vapid_key: public_key, replaces } });
}

/** At every start: if pushes are on here, the server has the present subscription. Never asks. */
export async function keepSubscribed(): Promise<void> {
  if ((await pushState()) === "on") await subscribe();
}

/** Where the browser's push service is out of reach, subscribing can hang for ever. */
function inTime<T>(work: Promise<T>): Promise<T> {
  return Promise.race([work, new Promise<never>((_, reject) => setTimeout(() => reject(new Error("no push service")), SUBSCRIBE_LIMIT))]);
}

/** Ends pushes to this browser. */
export async function turnPushOff(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return;
  await call("/api/push/subscriptions", { method: "DELETE", body: { endpoint: subscription.endpoint } }).catch(() => undefined);
  await subscription.unsubscribe();
}

export const isIos = (): boolean => /iphone|ipad|ipod/i.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);

/** Opened from the home screen, not in a browser's tab. */
export const isInstalled = (): boolean =>
  matchMedia("(display-mode: standalone), (display-mode: fullscreen)").matches || (navigator as { standalone?: boolean }).standalone === true;

function base64url(key: ArrayBuffer | null): string {
  return key
    ? btoa(String.fromCharCode(...new Uint8Array(key)))
        .replace(/\+/g, "-")
        .replace(/\//g, "_")
        .replace(/=+$/, "")
    : "";
}
