/** The frame around every screen: who is signed in decides what opens, the role decides the tabs. */
import { ErrorBoundary, LocationProvider, lazy, Route, Router, useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { pushState } from "./core/push";
import { go, noteRoute } from "./core/router";
import { t } from "./core/words";
import { type RouteLine, openRoutes, routes } from "./routes";
import { clock, current, db, lost, me, mutate, syncStatus, useLive } from "./sync";
import { needsUpdate } from "./sync/state";
import "./ui/frame-words";
import { TabBar, tabsOf } from "./ui/tab-bar";
import { Toast } from "./ui/toast";
import { updateNow, updateWaits } from "./worker";

import "./fonts/fonts.css";
import.meta.glob("./ui/*.css", { eager: true });

const lazily = (lines: RouteLine[]) => lines.map((line) => ({ ...line, Screen: lazy(line.load) }));
const inside = lazily([...routes, ...openRoutes]);
const outside = lazily(openRoutes);
const tabScreens = new Set(routes.map((line) => line.path.slice(1)));

export function App() {
  return (
    <LocationProvider>
      <Frame />
    </LocationProvider>
  );
}

function Frame() {
  const who = current.value;
  const { path } = useLocation();
  const [broken, setBroken] = useState<unknown>(null);
  useEffect(() => noteRoute(true), []);
  useEffect(() => setBroken(null), [path]);
  if (who === undefined) return <div class="app" />;
  const tab = who ? tabOf(path) : undefined;
  return (
    <div class={`app${tab ? " has-tabs" : ""}`} key={who?.user_id ?? "nobody"}>
      <a class="skip-link" href="#main">
        {t("frame.skip")}
      </a>
      <div class="app-main" id="main">
        {broken ? (
          <Broken error={broken} />
        ) : (
          <ErrorBoundary onError={setBroken}>
            <Router onRouteChange={() => noteRoute()}>
              {(who ? inside : outside).map(({ path: at, Screen }) => (
                <Route key={at} path={at} component={Screen} />
              ))}
              <Route default component={who ? Elsewhere : ToSignIn} />
            </Router>
          </ErrorBoundary>
        )}
      </div>
      {tab && <TabBar selected={tab} available={tabScreens} />}
      <Notes />
      <Spoken />
      {who && <PlanChange path={path} />}
      <Toast />
    </div>
  );
}

const SPOKEN_EVERY = 5000;

/** Sync for those who listen: one polite region, at most every 5 s; a refusal is said at once. */
function Spoken() {
  const { attention, waiting, online } = syncStatus.value;
  const text = online ? (waiting ? t("sync.waitingN", { n: waiting }) : t("sync.synced")) : t("sync.offline");
  const [said, setSaid] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), SPOKEN_EVERY);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <>
      <div class="visually-hidden" aria-live="polite">
        {said}
      </div>
      <div class="visually-hidden" aria-live="assertive">
        {attention ? t("sync.attentionN", { n: attention }) : ""}
      </div>
    </>
  );
}

let isShown = false;

/** A plan change that waits for an answer opens once per start of the app; ✕ always works. */
function PlanChange({ path }: { path: string }) {
  const isHome = path === "/" || path === "/today";
  const id = useLive(async () => {
    const mine = await db().change_receipt.where("person_id").equals(me().id).toArray();
    return mine.filter((one) => one.acknowledged_at === null).sort((a, b) => b.decided_at.localeCompare(a.decided_at))[0]?.id ?? null;
  });
  useEffect(() => {
    if (!id || isShown || !isHome || !routes.some((line) => line.path === "/changes/:id")) return;
    isShown = true;
    go(`/changes/${id}`);
  }, [id, isHome]);
  return null;
}

function tabOf(path: string): RouteLine["tab"] {
  const steps = path.split("/").filter(Boolean);
  const line = inside.find((one) => {
    const parts = one.path.split("/").filter(Boolean);
    return parts.length === steps.length && parts.every((part, i) => part.startsWith(":") || part === steps[i]);
  });
  return line?.tab;
}

/** `/` opens the first tab of the role; any other unknown path says so. */
function Elsewhere() {
  const { path } = useLocation();
  const home = `/${tabsOf(me().role).find((tab) => tabScreens.has(tab)) ?? "me"}`;
  useEffect(() => {
    if (path === "/") go(home, { replace: true });
  }, [path, home]);
  if (path === "/") return null;
  return (
    <main class="page">
      <h1 class="page-title">{t("error.notFound")}</h1>
      <a class="plain-button" href={home}>
        {t("error.home")}
      </a>
    </main>
  );
}

function ToSignIn() {
  useEffect(() => go("/sign-in", { replace: true }), []);
  return null;
}

/** A screen that failed says so in words; the work on this phone is not touched by it. */
function Broken({ error }: { error: unknown }) {
  useEffect(() => console.error(error), [error]);
  const isMissingCode = !navigator.onLine && /import|fetch|module/i.test(String(error));
  return (
    <main class="page">
      <h1 class="page-title">{t("error.title")}</h1>
      <p class="page-lead" role="alert">
        {isMissingCode ? t("error.offlineCode") : t("error.text")}
      </p>
      <button type="button" class="big-button" onClick={() => location.reload()}>
        {t("error.again")}
      </button>
    </main>
  );
}

/** What the whole app has to say: a new version, lost work. */
function Notes() {
  const [isLater, setLater] = useState(false);
  const isOld = needsUpdate.value;
  if (lost.value > 0) {
    return (
      <Note
        text={t("sync.lost", { n: lost.value })}
        actions={[
          [
            t("frame.close"),
            () => {
              lost.value = 0;
            },
          ],
        ]}
      />
    );
  }
  if (updateWaits.value && !isLater) {
    return (
      <Note
        text={`${t(isOld ? "update.tooOld" : "update.ready")} · ${t("update.hint")}`}
        actions={[
          [t("update.later"), () => setLater(true)],
          [t("update.reload"), updateNow],
        ]}
      />
    );
  }
  if (isOld) return <Note text={t("update.tooOld")} actions={[[t("update.reload"), () => location.reload()]]} />;
  return current.value ? <PushQuestion /> : null;
}

/** After the first plan change, once: whether such things may interrupt. Saying "not now" is remembered. */
function PushQuestion() {
  const isDue = useLive(async () => (await db().change_receipt.where("person_id").equals(me().id).toArray()).some((one) => one.seen_at !== null)) ?? false;
  const { path } = useLocation();
  const [isOff, setOff] = useState(false);
  const isAsked = me().account.id === "" || Boolean(me().account.preferences.push_asked_at);
  useEffect(() => void pushState().then((state) => setOff(state === "off" && Notification.permission === "default")), [path]);
  if (!isDue || !isOff || isAsked || !/^\/(today|targets)?$/.test(path)) return null;
  const later = () => void mutate("org.set_preferences", { fields: { preferences: { push_asked_at: clock.now().toISOString() } } });
  return (
    <Note
      text={t("frame.pushQuestion")}
      actions={[
        [t("update.later"), later],
        [t("frame.pushOpen"), () => go("/me/notifications")],
      ]}
    />
  );
}

function Note({ text, actions }: { text: string; actions: [string, () => void][] }) {
  return (
    <div class="notice-bar" role="status">
      <p>{text}</p>
      {actions.map(([label, act]) => (
        <button key={label} type="button" onClick={act}>
          {label}
        </button>
      ))}
    </div>
  );
}
