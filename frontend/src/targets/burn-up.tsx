/** The way through a period: actual thick, expected dashed, the gap hatched, the forecast dotted. */
import { useState } from "preact/hooks";
import { addDays } from "../core/clock";
import { dayShort, money } from "../core/format";
import { t } from "../core/words";
import { useWidth } from "../ui/pace-road";
import { isMonth } from "./periods";
import type { Standing } from "./queries";
import "./words";

const [HIGH, TOP, BOTTOM] = [190, 24, 30];

interface Point {
  on: string;
  x: number;
  done: number;
  due: number;
}

/** The sums at the close of each working day (and of a day on which something came in), as wide as it weighs. */
function pointsOf({ period, days, credited, weights }: Standing, today: string): Point[] {
  const all: Point[] = [];
  let [done, due, x, openToday] = [0, 0, 0, 0];
  const whole = Object.values(weights).reduce((sum, weight) => sum + weight, 0) || 1;
  for (let on = period[0]; on <= period[1]; on = addDays(on, 1)) {
    done += credited[on] ?? 0;
    due += (on === today ? 0 : (days[on] ?? 0)) + (on > today ? openToday : 0);
    openToday = on === today ? (days[on] ?? 0) : on > today ? 0 : openToday;
    // What today asks counts from its close on; the flag of today stands at its start.
    const from = x;
    x += (weights[on] ?? 0) / whole;
    if ((weights[on] ?? 0) > 0 || credited[on] || on === today) all.push({ on, x: on === today ? from : x, done, due });
  }
  return [{ on: period[0], x: 0, done: 0, due: 0 }, ...all];
}

export function BurnUp({ standing, today }: { standing: Standing; today: string }) {
  const [holder, width] = useWidth();
  const [isTable, setTable] = useState(false);
  const { pace, plan, forecast, period } = standing;
  const points = pointsOf(standing, today);
  const highest = Math.max(pace.target, pace.actual, forecast ?? 0) * 1.04 || 1;
  const y = (amount: number) => TOP + HIGH - (amount / highest) * HIGH;
  const x = (share: number) => share * (width - 4);
  const row = (amount: number) => money(amount, plan.currency, { style: "row" });
  const past = points.filter((point) => point.on <= today);
  const here = past.at(-1);
  const line = (list: readonly Point[], of: (point: Point) => number) => list.map((point, i) => `${i ? "L" : "M"}${x(point.x).toFixed(1)} ${y(of(point)).toFixed(1)}`).join("");
  const gap =
    past.length > 1
      ? `${line(past, (point) => point.due)}${[...past]
          .reverse()
          .map((point) => `L${x(point.x).toFixed(1)} ${y(Math.min(point.done, point.due)).toFixed(1)}`)
          .join("")}z`
      : "";
  const isBehind = pace.actual < pace.expected;
  const isRisk = pace.state === "risk";
  const ticks = points.filter(
    (point, i) => i === 1 || (new Date(`${point.on}T00:00:00Z`).getUTCDay() === 1 && points.length < 45 && point.x > 0.12 && point.x < 0.92) || i === points.length - 1,
  );
  const isNear = (point: Point) => here !== undefined && point !== here && Math.abs(x(point.x) - x(here.x)) < 52;
  const isOneMonth = isMonth({ period_start: period[0], period_end: period[1] });
  const name = (on: string) => (isOneMonth ? t("targets.dayN", { n: Number(on.slice(8)) }) : dayShort(on));
  const forecastY = Math.min(Math.max(y(forecast ?? 0), y(pace.actual)) + 62, TOP + HIGH - 10);
  return (
    <figure class="burn-up" ref={holder as never}>
      <svg
        width={width}
        height={TOP + HIGH + BOTTOM}
        role="img"
        aria-label={t("targets.chart", { done: money(pace.actual, plan.currency), due: money(pace.expected, plan.currency), target: money(pace.target, plan.currency) })}
      >
        <defs>
          <pattern id="burn-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(35)">
            <rect width="5" height="5" class={`hatch-ground is-${isRisk ? "risk" : "behind"}`} />
            <rect width="2.2" height="5" class={`hatch-line is-${isRisk ? "risk" : "behind"}`} />
          </pattern>
        </defs>
        {[0.25, 0.5, 0.75].map((share) => (
          <line key={share} class="burn-grid" x1={0} x2={width} y1={y(pace.target * share)} y2={y(pace.target * share)} />
        ))}
        <line class="burn-base" x1={0} x2={width} y1={TOP + HIGH} y2={TOP + HIGH} />
        <line class="burn-target" x1={0} x2={width} y1={y(pace.target)} y2={y(pace.target)} />
        <text class="burn-strong" x={0} y={y(pace.target) - 8}>
          {t("targets.targetAt", { amt: row(pace.target) })}
        </text>
        {isBehind && gap && <path d={gap} style={{ fill: "url(#burn-hatch)" }} />}
        <path class="burn-due" d={line(points, (point) => point.due)} />
        {here && forecast !== null && today < period[1] && (
          <>
            <line class="burn-forecast" x1={x(here.x)} y1={y(pace.actual)} x2={x(1)} y2={y(forecast)} />
            <text class="burn-you" x={width - 4} y={forecastY} text-anchor="end">
              {t("targets.forecast", { amt: row(forecast) })}
            </text>
          </>
        )}
        <path class="burn-done" d={line(past, (point) => point.done)} />
        {here && today <= period[1] && (
          <>
            <line class="burn-today" x1={x(here.x)} x2={x(here.x)} y1={y(pace.actual)} y2={TOP + HIGH} />
            <circle class="burn-dot" cx={x(here.x)} cy={y(pace.actual)} r={6} />
            <text class="burn-you" x={here.x > 0.78 ? width - 4 : x(here.x) + 12} y={y(pace.actual) + (here.x > 0.78 ? 30 : 20)} text-anchor={here.x > 0.78 ? "end" : "start"}>
              {t("pace.you", { amt: row(pace.actual) })}
            </text>
            {pace.expected > 0 && (
              <text class="burn-strong" x={Math.max(0, x(here.x) - 40)} y={Math.max(y(pace.target) + 16, y(pace.expected) - 16)} text-anchor={here.x < 0.3 ? "start" : "end"}>
                {t("pace.expected", { amt: row(pace.expected) })}
              </text>
            )}
          </>
        )}
        {ticks
          .filter((point) => !isNear(point))
          .map((point) => (
            <text
              key={point.on}
              class={point.on === today ? "burn-strong" : "burn-tick"}
              x={x(point.x)}
              y={TOP + HIGH + 20}
              text-anchor={point.x < 0.04 ? "start" : point.x > 0.96 ? "end" : "middle"}
            >
              {point.on === today ? t("targets.today", { n: Number(today.slice(8)) }) : name(point.on)}
            </text>
          ))}
        {here && !ticks.includes(here) && today <= period[1] && (
          <text class="burn-strong" x={x(here.x)} y={TOP + HIGH + 20} text-anchor={here.x < 0.1 ? "start" : here.x > 0.9 ? "end" : "middle"}>
            {t("targets.today", { n: Number(today.slice(8)) })}
          </text>
        )}
      </svg>
      <figcaption>
        {forecast === null && today <= period[1] && <span class="page-note">{t("targets.little")}</span>}
        <button type="button" class="plain-button" aria-expanded={isTable} onClick={() => setTable(!isTable)}>
          {t("targets.table")}
        </button>
      </figcaption>
      {isTable && (
        <table class="burn-table">
          <thead>
            <tr>
              <th>{t("targets.colDay")}</th>
              <th>{t("targets.colDone")}</th>
              <th>{t("targets.colDue")}</th>
            </tr>
          </thead>
          <tbody>
            {past.map((point) => (
              <tr key={point.on}>
                <td>{dayShort(point.on)}</td>
                <td>{row(point.done)}</td>
                <td>{row(point.due)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </figure>
  );
}
