/** Where the app is. Screens use `useRoute().params`; anything may `go` somewhere. */
export { useLocation, useRoute } from "preact-iso";

/** Goes to a path of the app. `replace` leaves no step to come back to. */
export function go(path: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) history.replaceState({ depth: depth() }, "", path);
  else history.pushState({ depth: depth() + 1 }, "", path);
  dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
}

/** What ‹ and ✕ do: the step before, or `parent` when the app was opened on this very screen. */
export function back(parent = "/"): void {
  if (depth() > 0) history.back();
  else go(parent, { replace: true });
}

const depth = (): number => (history.state as { depth?: number } | null)?.depth ?? 0;
