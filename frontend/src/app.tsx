/** The frame around every screen: who is signed in decides what opens, the role decides the tabs. */
import { ErrorBoundary, LocationProvider, lazy, Route, Router, useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { waitingForMe } from "./approvals/tree";
import { go, noteRoute } from "./core/router";
import { t } from "./core/words";
import { type RouteLine, openRoutes, routes } from "./routes";
import { current, me } from "./sync";
import "./ui/frame-words";
import { TabBar, tabsOf } from "./ui/tab-bar";
import { Toast } from "./ui/toast";

import "./fonts/fonts.css";
import.meta.glob(["./ui/*.css", "!./ui/dialog-plain.css", "!./ui/form.css", "!./ui/parts.css"], { eager: true });

const lazily = (lines: RouteLine[]) => lines.map((line) => ({ ...line, Screen: lazy(line.load) }));
const inside = lazily([...routes, ...openRoutes]);
const outside = lazily(openRoutes);
/** What is said beside the screens loads after the first of them. */
const Notes = lazy(() => import("./notes"));
const tabScreens = new Set(routes.map((line) => line.path.slice(1)));

const countWaiting = async (): Promise<number> => (await waitingForMe()).length;

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
      {tab && <TabBar selected={tab} available={tabScreens} countWaiting={countWaiting} />}
      <ErrorBoundary>
        <Notes path={path} />
      </ErrorBoundary>
      <Toast />
    </div>
  );
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
