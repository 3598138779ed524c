/** What the page brings to the sync client once the first screen is there: causes for rounds, the worker, safety. */
import { effect } from "@preact/signals";
import { minute } from "./core/clock";
import { isIos, keepSubscribed } from "./core/push";
import { current, db, live, syncStatus } from "./sync";
import { closeLive, openLive } from "./sync/live";
import { requestRound } from "./sync/trigger";
import { watchWorker } from "./worker";

export function begin(): void {
  listen();
  watchWorker();
  guardWork();
  if (isIos()) offerSplash();
}

/** Width, height and pixel ratio of iPhones' screens that have a splash picture (scripts/icons.mjs). */
const SPLASHES = [
  [390, 844, 3],
  [393, 852, 3],
  [430, 932, 3],
  [375, 812, 3],
  [414, 896, 2],
  [375, 667, 2],
];

/** iOS takes the splash picture when the app is put on the home screen. */
function offerSplash(): void {
  for (const [width, height, ratio] of SPLASHES) {
    const link = document.createElement("link");
    link.rel = "apple-touch-startup-image";
    link.media = `(device-width: ${width}px) and (device-height: ${height}px) and (-webkit-device-pixel-ratio: ${ratio})`;
    link.href = `/splash/${width}x${height}@${ratio}.png`;
    document.head.append(link);
  }
}

/** What starts a round, and when the stream of pokes is open. */
function listen(): void {
  addEventListener("online", () => void requestRound("online"));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void requestRound("visible");
  });
  effect(() => {
    const who = current.value;
    if (who) follow(who.user_id);
    else closeLive();
  });
  document.addEventListener("visibilitychange", () => {
    const who = current.peek();
    if (who) follow(who.user_id);
  });
  setInterval(() => {
    minute.value += 1;
  }, 60_000);
}

function follow(userId: string): void {
  if (document.visibilityState === "visible") openLive(userId);
  else closeLive();
}

/** Asks the browser to keep what is stored, and to wake the worker if the app closes with unsent work. */
function guardWork(): void {
  let isAsked = false;
  effect(() => {
    if (syncStatus.value.waiting === 0) return;
    if (!isAsked) void navigator.storage?.persist?.();
    isAsked = true;
    void navigator.serviceWorker?.ready
      .then((registration) => (registration as { sync?: { register(tag: string): Promise<void> } }).sync?.register("paceline-outbox"))
      .catch(() => undefined);
  });
  effect(() => {
    if (!current.value) return;
    void keepSubscribed().catch(() => undefined);
    const open = live(() =>
      db()
        .notice.filter((notice) => notice.needs_answer && notice.acknowledged_at === null)
        .count(),
    );
    const subscription = open.subscribe((n) => void navigator.setAppBadge?.(n).catch(() => undefined));
    return () => subscription.unsubscribe();
  });
}
