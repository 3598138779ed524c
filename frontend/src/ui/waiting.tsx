/** The mark on an object that is not on the server yet, or was not accepted. The same everywhere. */
import clockArrow from "lucide-static/icons/clock-arrow-up.svg?raw";
import { t } from "../core/words";
import type { SyncState } from "../sync";
import "./frame-words";
import { Glyph } from "./glyph";

export function Waiting({ state }: { state: SyncState }) {
  if (state === "synced") return null;
  if (state === "rejected") {
    return (
      <a class="waiting-mark is-refused" href="/sync" data-testid="refused">
        <span class="diamond" aria-hidden="true" />
        {t("sync.attention")}
      </a>
    );
  }
  return (
    <span class="waiting-mark" data-testid="waiting">
      <Glyph svg={clockArrow} size={16} />
      {t("sync.waiting")}
    </span>
  );
}
