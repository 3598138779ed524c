/** The three dashes of the flow. */
import { t } from "../core/words";
import "./words";

export function Steps({ at }: { at: 1 | 2 | 3 }) {
  return (
    <div class="visit-steps" role="img" aria-label={t("visit.steps", { n: at })}>
      {[1, 2, 3].map((n) => (
        <span key={n} class={n <= at ? "is-reached" : ""} />
      ))}
    </div>
  );
}
