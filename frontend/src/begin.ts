/** What must be there before the first screen: the last person's database, language, theme. */
import { effect } from "@preact/signals";
import { timeZone } from "./core/clock";
import { watchInstall } from "./core/install";
import { languageOf, locale, localeTag } from "./core/words";
import { installEffects, maybeMe } from "./sync";
import { setMarkerPlace } from "./sync/marker";
import { resume } from "./sync/open";

export async function begin(): Promise<void> {
  installEffects(import("./registry").then((registry) => registry.effects));
  setMarkerPlace({ read: (key) => localStorage.getItem(key), write: (key, value) => localStorage.setItem(key, value) });
  locale.value = languageOf(localStorage.getItem("paceline.locale") ?? navigator.language);
  watchInstall();
  showLook();
  await resume();
  void import("./after").then((after) => after.begin());
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
