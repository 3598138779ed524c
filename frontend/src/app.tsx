import { ErrorBoundary, LocationProvider, Route, Router, lazy } from "preact-iso";
import { routes } from "./routes";

const screens = routes.map((line) => ({ ...line, Screen: lazy(line.load) }));

/** The app's frame. */
export function App() {
  return (
    <LocationProvider>
      <ErrorBoundary>
        <Router>{screens.map(({ path, Screen }) => <Route key={path} path={path} component={Screen} />)}</Router>
      </ErrorBoundary>
    </LocationProvider>
  );
}
