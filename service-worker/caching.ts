/**
 * The app opens from the phone, with or without a network. A new version waits until the person says
 * so: it never takes over by itself, so that a half-filled form is not lost.
 */
import { type PrecacheEntry, cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { sw } from "./self";

/** Put in by the build: by ending the names of the files in assets/, seven characters each; the other files with their hashes. */
declare const __ASSETS__: Record<string, string>;
declare const __OTHERS__: PrecacheEntry[];

export function wireCaching(): void {
  const assets = Object.entries(__ASSETS__).flatMap(([ending, names]) => names.match(/.{7}/g)?.map((name) => ({ url: `/assets/${name}.${ending}`, revision: null })) ?? []);
  precacheAndRoute([...assets, ...__OTHERS__]);
  cleanupOutdatedCaches();
  registerRoute(new NavigationRoute(createHandlerBoundToURL("/index.html"), { denylist: [/^\/api\//, /^\/healthz/, /\.[a-z0-9]+$/i] }));
  sw.addEventListener("message", (event) => {
    if ((event.data as { type?: string } | null)?.type === "skip_waiting") void sw.skipWaiting();
  });
  // The first version serves the page that installed it, so that the app works offline from then on.
  sw.addEventListener("activate", (event) => event.waitUntil(sw.clients.claim()));
}
