/** What a number was, what it becomes, and the difference. */
import arrow from "lucide-static/icons/arrow-right.svg?raw";
import { money, moneyDelta, moneyParts } from "../core/format";
import { Amount } from "./amount";
import { Glyph } from "./glyph";

interface Props {
  before: number;
  after: number;
  currency: string;
  /** The old number is past: struck, with its symbol. A request only asks. */
  isSettled?: boolean;
}

export function BeforeAfter({ before, after, currency, isSettled = false }: Props) {
  const old = moneyParts(before, currency, { style: isSettled ? "headline" : "row" });
  const isOneUnit = old.unit === moneyParts(after, currency).unit;
  const inside = (
    <>
      <span aria-hidden="true">
        {old.symbol && <small>{old.symbol}</small>}
        {old.number}
        {old.unit && !isOneUnit && <small>{old.unit}</small>}
      </span>
      <span class="visually-hidden">{money(before, currency, { style: "plain" })}</span>
    </>
  );
  return (
    <div class={`before-after${isSettled ? " is-settled" : ""}`}>
      {isSettled ? <del class="before-old display-num">{inside}</del> : <span class="before-old display-num">{inside}</span>}
      <Glyph svg={arrow} size={20} />
      <Amount minor={after} currency={currency} size="large" />
      <span class="before-delta display-num">{moneyDelta(after - before, currency)}</span>
    </div>
  );
}
