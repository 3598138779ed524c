/** An amount as a display number: symbol and unit smaller than the digits. */
import { type MoneyOptions, money, moneyParts } from "../core/format";

interface Props extends MoneyOptions {
  minor: number;
  currency: string;
  size?: "hero" | "large" | "medium" | "small";
}

export function Amount({ minor, currency, size = "small", ...options }: Props) {
  const { sign, symbol, number, unit } = moneyParts(minor, currency, options);
  return (
    <span class={`amount display-num is-${size}`}>
      <span aria-hidden="true">
        {sign}
        {symbol && <span class="symbol">{symbol}</span>}
        {number}
        {unit && <span class="unit">{unit}</span>}
      </span>
      <span class="visually-hidden">{money(minor, currency, { ...options, style: "plain" })}</span>
    </span>
  );
}
