/** What the page brings to the sync client: storage for the mark, causes for rounds, language, theme. */
import { effect } from "@preact/signals";
import { minute, timeZone } from "./core/clock";
import { watchInstall } from "./core/install";
import { keepSubscribed } from "./core/push";
import { languageOf, locale, localeTag } from "./core/words";
import { current, db, installEffects, live, maybeMe, syncStatus } from "./sync";
import { closeLive, openLive } from "./sync/live";
import { setMarkerPlace } from "./sync/marker";
import { resume } from "./sync/session";
import { requestRound } from "./sync/trigger";
import { watchWorker } from "./worker";

export async function begin(): Promise<void> {
  installEffects(import("./registry").then((registry) => registry.effects));
  setMarkerPlace({ read: (key) => localStorage.getItem(key), write: (key, value) => localStorage.setItem(key, value) });
  locale.value = languageOf(localStorage.getItem("paceline.locale") ?? navigator.language);
  watchInstall();
  showLook();
  await resume();
  listen();
  watchWorker();
  guardWork();
}

/** Language, theme and zone follow the account; the last ones hold before anybody is signed in. */
function showLook(): void {
  const root = document.documentElement;
  root.dataset.theme = localStorage.getItem("paceline.theme") ?? "auto";
  root.dataset.sun = localStorage.getItem("paceline.sun") ?? "false";
  effect(() => {
    const me = maybeMe.value;
    if (!me?.account.id) return;
    locale.value = languageOf(me.account.locale);
    timeZone.value = me.account.time_zone ?? me.organization.time_zone;
    root.dataset.theme = me.account.theme;
    root.dataset.sun = String(me.account.preferences.sun === true);
    localStorage.setItem("paceline.locale", me.account.locale);
    localStorage.setItem("paceline.theme", me.account.theme);
    localStorage.setItem("paceline.sun", root.dataset.sun);
  });
  effect(() => {
    root.lang = localeTag();
  });
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
