/** The band above the sign-in: the name, the promise, and the pace road running to its flag. */
import { t } from "../core/words";
import "./sign-in.css";
import "./words";

const WIDTH = 390;
const STEP = 48;
const SOLID = [0.25, 0.42, 0.56, 0.7, 0.84, 1];

const dash = (x: number) => `M${x + 15} 0h33l-15 62h-33z`;

export function Brand() {
  return (
    <div class="brand">
      <p class="brand-name">
        {t("signIn.brand")} <span>{t("signIn.brandOther")}</span>
      </p>
      <p class="brand-promise">{t("signIn.promise")}</p>
      <svg class="brand-road" viewBox={`0 -20 ${WIDTH} 110`} preserveAspectRatio="xMinYMid slice" aria-hidden="true">
        {SOLID.map((opacity, i) => (
          <path key={opacity} d={dash(-22 + i * STEP)} fill="#fff" fill-opacity={opacity} />
        ))}
        {[6, 7, 8].map((i) => (
          <path key={i} d={dash(-22 + i * STEP)} fill="none" stroke="#fff" stroke-opacity="0.45" stroke-width="1.6" stroke-dasharray="6 5" />
        ))}
        <path d="M299 88l26-106" stroke="#FFA23A" stroke-width="4" stroke-linecap="round" />
        <path d="M325 -18l24 7-28 11z" fill="#FFA23A" />
      </svg>
    </div>
  );
}
