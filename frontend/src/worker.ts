/** The page's side of the service worker: registering it, updates that ask first, words from pushes. */
import { signal } from "@preact/signals";
import { go } from "./core/router";
import { requestRound } from "./sync/trigger";

/** A new version waits. It takes over only when the person says so. */
export const updateWaits = signal<ServiceWorker | null>(null);

export function watchWorker(): void {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<{ type?: string; url?: string }>) => {
    if (data?.type === "sync") void requestRound("push");
    if (data?.type === "open" && data.url?.startsWith("/")) go(data.url);
  });
  void register();
}

async function register(): Promise<void> {
  const hadController = navigator.serviceWorker.controller !== null;
  const registration = await navigator.serviceWorker.register("/sw.js", { type: "classic", updateViaCache: "none" }).catch(() => null);
  if (!registration) return;
  const note = (worker: ServiceWorker | null) => {
    if (worker?.state === "installed" && navigator.serviceWorker.controller) updateWaits.value = worker;
  };
  note(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => note(worker));
  });
  // Another tab may have said yes: every tab then loads the version that is in charge.
  if (hadController) navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void registration.update().catch(() => undefined);
  });
}

/** The person said yes: the waiting version takes over and the page reloads. */
export function updateNow(): void {
  updateWaits.value?.postMessage({ type: "skip_waiting" });
}
