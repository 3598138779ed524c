/** The service worker: wiring only. */
import { wireBackgroundSync } from "./background-sync";
import { wireCaching } from "./caching";

wireCaching();
wireBackgroundSync();
