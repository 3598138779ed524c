/** The name of a period: a month by its name, anything else by its first and last day. */
import { dayShort, month } from "../core/format";
import { t } from "../core/words";
import "./words";

interface Period {
  period_kind?: string;
  period_start: string;
  period_end: string;
}

/** Whether a period is one whole calendar month; imported quarters and free periods are not. */
export function isMonth({ period_start, period_end }: Period): boolean {
  const next = new Date(`${period_end}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return period_start.endsWith("-01") && next.getUTCDate() === 1 && period_start.slice(0, 7) === period_end.slice(0, 7);
}

export function periodName(period: Period): string {
  if (isMonth(period)) return month(period.period_start);
  const year = (on: string) => `${on.slice(0, 4)} `;
  const isOneYear = period.period_start.slice(0, 4) === period.period_end.slice(0, 4);
  return t("targets.span", {
    from: `${isOneYear ? "" : year(period.period_start)}${dayShort(period.period_start)}`,
    to: `${isOneYear ? "" : year(period.period_end)}${dayShort(period.period_end)}`,
  });
}
