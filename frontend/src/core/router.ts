/** Where the app is. Screens use `useRoute().params`; anything may `go` somewhere. */
export { useLocation, useRoute } from "preact-iso";

/** How many steps of this app lie behind the present one; kept in the history's own state. */
let last = 0;

/** Goes to a path of the app. `replace` leaves no step to come back to. */
export function go(path: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) history.replaceState({ depth: last }, "", path);
  else history.pushState({ depth: last + 1 }, "", path);
  dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
}

/** What ‹ and ✕ do: the step before, or `parent` when the app was opened on this very screen. */
export function back(parent = "/"): void {
  if (last > 0) history.back();
  else go(parent, { replace: true });
}

/** Notes each change of route; a tapped link is a step that has no depth yet. */
export function noteRoute(isFirst = false): void {
  const state = history.state as { depth?: number } | null;
  if (state?.depth === undefined) history.replaceState({ depth: isFirst ? 0 : last + 1 }, "", location.href);
  last = (history.state as { depth: number }).depth;
}
