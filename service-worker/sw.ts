/** The service worker: wiring only. */
import { wireBackgroundSync } from "./background-sync";
import { wireCaching } from "./caching";
import { wireClick } from "./click";
import { wirePush } from "./push";

wireCaching();
wireBackgroundSync();
wirePush();
wireClick();
