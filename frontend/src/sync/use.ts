/** Live queries for screens: they run again whenever a row that they read changes, in any tab. */
import { liveQuery } from "dexie";
import { useEffect, useRef, useState } from "preact/hooks";

/** A live query outside a component. */
export const live = liveQuery;

/**
 * The result of a query, kept up to date; undefined until the first answer, and again when `deps`
 * change (with `keep`, the last result stays until the new one is there).
 */
export function useLive<T>(query: () => T | Promise<T>, deps: readonly unknown[] = [], { keep = false }: { keep?: boolean } = {}): T | undefined {
  const [state, setState] = useState<{ deps: readonly unknown[]; value: T; error?: unknown } | undefined>(undefined);
  const latest = useRef(query);
  latest.current = query;
  useEffect(() => {
    // Dexie follows the reads behind an `await` only in a function that is async itself.
    const subscription = liveQuery(async () => latest.current()).subscribe({
      next: (value) => setState({ deps, value }),
      error: (error) => setState({ deps, value: undefined as T, error }),
    });
    return () => subscription.unsubscribe();
  }, deps);
  if (state?.error && same(state.deps, deps)) throw state.error;
  return state && (keep || same(state.deps, deps)) ? state.value : undefined;
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
