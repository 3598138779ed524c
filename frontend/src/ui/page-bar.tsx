/** The bar on top of a page: ‹ or ✕, its name, one action. */
import chevron from "lucide-static/icons/chevron-left.svg?raw";
import cross from "lucide-static/icons/x.svg?raw";
import type { ComponentChildren } from "preact";
import { back } from "../core/router";
import { t } from "../core/words";
import "./frame-words";
import { Glyph } from "./glyph";

interface Props {
  name?: string;
  /** Where ‹ leads if the app was opened on this very screen. */
  parent: string;
  /** ✕ in place of ‹, for flows that must be finished. */
  isFlow?: boolean;
  action?: ComponentChildren;
}

export function PageBar({ name, parent, isFlow = false, action }: Props) {
  return (
    <header class="page-bar">
      <button type="button" class="icon-button" aria-label={isFlow ? t("frame.close") : t("frame.back")} onClick={() => back(parent)}>
        <Glyph svg={isFlow ? cross : chevron} size={28} />
      </button>
      <span class="page-name">{name}</span>
      {action ?? <span />}
    </header>
  );
}
